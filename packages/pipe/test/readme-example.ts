import { CallError, defineInterface, pipe, receive, remote, unchecked } from "../src/index.ts";

// Any Standard Schema (zod, valibot, arktype) or { parse } will do; `unchecked` carries only a type.
const solver = defineInterface({
  name: "solver",
  version: 1,
  methods: {
    energy: { ordinal: 1, kind: "call", input: unchecked<{ spins: number[] }>(), output: unchecked<number>() },
    samples: { ordinal: 2, kind: "stream", input: unchecked<{ reads: number }>(), output: unchecked<number[]>() },
  },
});

const [near, far] = pipe(); // or: near = overPort(worker), far = overPort(parentPort) over there
receive(far, solver, {
  async energy({ spins }) {
    if (spins.length === 0) throw new CallError("NO_SPINS", "wanted at least one spin; got none");
    return -spins.reduce((sum, spin) => sum + spin, 0);
  },
  async *samples({ reads }, { signal }) {
    for (let i = 0; i < reads && !signal.aborted; i++) yield [1, i % 2 === 0 ? 1 : -1];
  },
});

const client = remote(near, solver);
console.log(await client.energy({ spins: [1, -1, 1] }, { deadlineMs: 500 }));
for await (const sample of client.samples({ reads: 1_000_000 })) {
  console.log(sample.join(" "));
  if (sample[1] === -1) break; // cancels the producer
}
await client.energy({ spins: [] }).catch((error) => console.log(error.code));
near.close();
