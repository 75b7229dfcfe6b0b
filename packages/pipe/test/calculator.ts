import { setTimeout as sleep } from "node:timers/promises";
import { CallError, defineInterface, type Endpoint, type Implementation, receive, type Schema } from "../src/index.ts";

/** A number, hand-written so that the tests need no schema library. */
export const number: Schema<number> = {
  parse(value) {
    if (typeof value !== "number" || Number.isNaN(value)) throw new TypeError(`wanted a number; got ${typeof value}`);
    return value;
  },
};

/** Two numbers, as an asynchronous Standard Schema. */
export const pair: Schema<{ a: number; b: number }> = {
  "~standard": {
    version: 1,
    vendor: "test",
    async validate(value) {
      if (typeof value !== "object" || value === null || !("a" in value) || !("b" in value))
        return { issues: [{ message: "wanted a and b", path: [] }] };
      const { a, b } = value;
      if (typeof a !== "number") return { issues: [{ message: "wanted a number", path: ["a"] }] };
      if (typeof b !== "number") return { issues: [{ message: "wanted a number", path: [{ key: "b" }] }] };
      return { value: { a, b } };
    },
  },
};

/** Anything that structured clone can carry. */
export const bytes: Schema<Uint8Array> = {
  parse(value) {
    if (!(value instanceof Uint8Array)) throw new TypeError("wanted bytes");
    return value;
  },
};

const anything: Schema<unknown> = { parse: (value) => value };

/** The interface that every binding is tested with. */
export const calculator = defineInterface({
  name: "calculator",
  version: 3,
  methods: {
    add: { ordinal: 1, kind: "call", input: pair, output: number },
    divide: { ordinal: 2, kind: "call", input: pair, output: number },
    wait: { ordinal: 3, kind: "call", input: number, output: number },
    count: { ordinal: 4, kind: "stream", input: number, output: number },
    failAfter: { ordinal: 5, kind: "stream", input: number, output: number },
    double: { ordinal: 6, kind: "call", input: bytes, output: bytes },
    lie: { ordinal: 7, kind: "call", input: anything, output: number },
    remaining: { ordinal: 8, kind: "call", output: number },
    log: { ordinal: 9, kind: "call", since: 2, output: anything },
    accuse: { ordinal: 10, kind: "call", input: number },
    unsendable: { ordinal: 11, kind: "call", output: anything },
    blobs: { ordinal: 12, kind: "stream", input: pair, output: bytes },
    sleepyStream: { ordinal: 13, kind: "stream", output: number },
    unsendableItems: { ordinal: 14, kind: "stream", output: anything },
  },
});

/** A calculator that writes down what happened to it. */
export function makeCalculator(log: string[] = []): Implementation<typeof calculator.methods> {
  return {
    async add({ a, b }) {
      log.push(`add ${a} ${b}`);
      return a + b;
    },
    divide({ a, b }) {
      if (b === 0) throw new CallError("DIVIDED_BY_ZERO", `wanted b other than 0; got ${a} / 0`, { a, big: undefined });
      return a / b;
    },
    async wait(ms, { signal }) {
      log.push(`wait ${ms}`);
      try {
        await sleep(ms, undefined, { signal });
      } catch (thrown) {
        log.push(`wait ${ms} aborted`);
        throw thrown;
      }
      return ms;
    },
    async *count(n) {
      try {
        for (let i = 0; i < n; i++) {
          log.push(`produced ${i}`);
          yield i;
        }
      } finally {
        log.push("count left");
      }
    },
    async *failAfter(n) {
      for (let i = 0; i < n; i++) yield i;
      throw new CallError("RAN_DRY", `wanted more than ${n}`);
    },
    async double(input) {
      const output = new Uint8Array(input.length * 2);
      output.set(input);
      output.set(input, input.length);
      return output;
    },
    lie: (what) => what as number, // why: the method's purpose is to break its own promise
    remaining: (_input, context) => context.remainingMs() ?? -1,
    log: () => [...log],
    accuse(n, context) {
      throw context.reportBadMessage(`${n} is an insult`);
    },
    unsendable: () => () => 1,
    async *blobs({ a, b }) {
      for (let i = 0; i < a; i++) yield new Uint8Array(b).fill(i);
    },
    async *sleepyStream(_input, { signal }) {
      yield 1;
      await sleep(60_000, undefined, { signal, ref: false });
      yield 2;
    },
    async *unsendableItems() {
      yield 1;
      yield () => 2;
      yield 3;
    },
  };
}

/** Serves a fresh calculator on an endpoint; gives its log. */
export function serveCalculator(endpoint: Endpoint): string[] {
  const log: string[] = [];
  receive(endpoint, calculator, makeCalculator(log), { validate: true });
  return log;
}
