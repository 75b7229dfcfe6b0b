/** An agent as routing sees it: plain data out of its A2A 1.0 card and the service params on it. */
import { z } from "zod";
import { type ServiceParams, serviceParamsOf } from "../base/sla-extension.ts";

/** A skill with what matching needs. `vector` has unit length; `words` are lower case. */
export interface CandidateSkill {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly inputModes: readonly string[];
  readonly outputModes: readonly string[];
  readonly words: ReadonlySet<string>;
  readonly vector: Float32Array;
  /** A task may be sent twice, or to two agents, without harm. */
  readonly idempotent: boolean;
}

/** An agent that might be chosen. */
export interface Candidate {
  readonly name: string;
  readonly description: string;
  readonly skills: readonly CandidateSkill[];
  /** URIs of the extensions that its card declares. */
  readonly extensions: readonly string[];
  readonly service: ServiceParams;
}

/** Turns text into comparable things; the same text gives the same result on every machine. */
export interface TextReading {
  readonly vectorOf: (text: string) => Float32Array;
  readonly wordsOf: (text: string) => Iterable<string>;
}

const modes = z.array(z.string());
const cardShape = z.object({
  description: z.string().default(""),
  defaultInputModes: modes.default([]),
  defaultOutputModes: modes.default([]),
  capabilities: z.object({ extensions: z.array(z.object({ uri: z.string() })).default([]) }).optional(),
  skills: z
    .array(
      z.object({
        id: z.string(),
        name: z.string().default(""),
        description: z.string().default(""),
        tags: z.array(z.string()).default([]),
        examples: z.array(z.string()).default([]),
        inputModes: modes.default([]),
        outputModes: modes.default([]),
      }),
    )
    .default([]),
});

/**
 * The candidate that a card describes, under the name that this hub knows it by; undefined when it is no card. `over` is
 * what the operator says of its service, which counts more than what the card says.
 */
export function candidateOf(name: string, card: unknown, reading: TextReading, over: ServiceParams = {}): Candidate | undefined {
  const parsed = cardShape.safeParse(card);
  if (!parsed.success) return undefined;
  const { description, defaultInputModes, defaultOutputModes, capabilities, skills } = parsed.data;
  const service = { ...serviceParamsOf(card), ...over };
  return {
    name,
    description,
    service,
    extensions: capabilities?.extensions.map((extension) => extension.uri) ?? [],
    skills: skills.map((skill) => {
      // What the agent says of itself belongs to each of its skills: many cards say it only there.
      const text = [skill.id, skill.name, skill.description, ...skill.tags, ...skill.examples, description].join(" ");
      return {
        id: skill.id,
        name: skill.name,
        tags: skill.tags,
        inputModes: skill.inputModes.length > 0 ? skill.inputModes : defaultInputModes,
        outputModes: skill.outputModes.length > 0 ? skill.outputModes : defaultOutputModes,
        words: new Set(reading.wordsOf(text)),
        vector: reading.vectorOf(text),
        idempotent: service.idempotentSkills?.includes(skill.id) ?? false,
      };
    }),
  };
}
