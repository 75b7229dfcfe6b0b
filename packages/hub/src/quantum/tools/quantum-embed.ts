import { z } from "zod";
import { chipFields } from "../chip-fields.ts";
import { defineQuantumTool } from "../pillar.ts";
import { problemFields, sourceOf } from "../problem-fields.ts";

const qubit = z.int().min(0);
const parts = z.object({ qubits: z.array(qubit).default([]), couplers: z.array(z.tuple([qubit, qubit])).default([]) });

export default defineQuantumTool({
  name: "quantum_embed",
  description:
    "Places a model without constraints on a quantum chip: a chain of qubits for each variable, and what the embedding costs in qubits and chain lengths, with a chain strength by uniform torque compensation. Nearly complete models are placed by construction, others by a seeded search. Takes a model as quantum_solve does.",
  input: z.object({
    ...problemFields,
    ...chipFields,
    working: parts.optional().describe("the only qubits and couplers of a real chip; all of its topology unless given"),
    broken: parts.optional().describe("qubits and couplers that a real chip lacks"),
    seconds: z.number().min(0.05).max(3600).default(10),
    seed: z.int().min(0).default(1),
  }),
  output: z.object({
    topology: chipFields.topology,
    shape: z.array(z.number()),
    method: z.enum(["clique", "search"]),
    variables: z.number(),
    qubits: z.number().describe("in all chains"),
    longestChain: z.number(),
    meanChain: z.number(),
    chainCouplers: z.number(),
    edgeCouplers: z.number(),
    chainStrength: z.number().describe("for the model as spins, in its own unit of energy"),
    chains: z.array(z.object({ variable: z.string(), qubits: z.array(z.number()) })),
    timeMs: z.number(),
  }),
  hints: { readOnly: true },
  run: async (input, ctx, solving) => {
    const { topology, shape, working, broken, seconds, seed } = input;
    const { type, ...answer } = await solving.embed(
      {
        problem: await sourceOf(input, ctx, solving),
        type: topology,
        shape,
        seconds,
        seed,
        ...(working ? { working } : {}),
        ...(broken ? { broken } : {}),
      },
      ctx,
    );
    return { topology: type, ...answer };
  },
});
