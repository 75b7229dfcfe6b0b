import type { TestContext } from "node:test";
import {
  type Associated,
  associatedRemote,
  associatedSchema,
  type Binding,
  defineInterface,
  type Endpoint,
  type EndpointOptions,
  type PipeEnd,
  pipeEnds,
  type Remote,
  receive,
  receiveBytes,
  remote,
  unchecked,
} from "../src/index.ts";

/** What is spoken on ends that travel. */
export const notes = defineInterface({
  name: "notes",
  version: 1,
  methods: { note: { ordinal: 1, kind: "call", input: unchecked<string>(), output: unchecked<string>() } },
});

/** What takes and gives ends, in every way that a body can. */
export const post = defineInterface({
  name: "post",
  version: 1,
  id: 40,
  methods: {
    take: { ordinal: 1, kind: "call", input: unchecked<{ from: string; end: PipeEnd }>() },
    give: { ordinal: 2, kind: "call", output: unchecked<PipeEnd>() },
    giveMany: { ordinal: 3, kind: "stream", input: unchecked<number>(), output: unchecked<PipeEnd[]>() },
    read: { ordinal: 4, kind: "call", input: unchecked<PipeEnd>(), output: unchecked<number>() },
    first: { ordinal: 5, kind: "call", input: unchecked<PipeEnd>(), output: unchecked<number>() },
    picky: { ordinal: 7, kind: "call", input: { parse: refuse } },
    pickyStream: { ordinal: 8, kind: "stream", input: { parse: refuse } },
    bare: { ordinal: 9, kind: "call" },
    watch: { ordinal: 6, kind: "call", input: unchecked<{ by: Associated }>() },
    door: { ordinal: 10, kind: "call", output: unchecked<PipeEnd>() },
    fail: { ordinal: 11, kind: "call", input: unchecked<{ end: PipeEnd; how: "now" | "later" }>() },
    failStream: { ordinal: 12, kind: "stream", input: unchecked<{ end: PipeEnd }>() },
    odd: { ordinal: 13, kind: "call", output: unchecked<{ end: PipeEnd; odd: () => void }>() },
    oddStream: { ordinal: 14, kind: "stream", output: unchecked<{ end: PipeEnd; odd: () => void }>() },
    shut: { ordinal: 15, kind: "call" },
    giveChoosy: { ordinal: 16, kind: "call", output: { parse: refuse } },
    streamChoosy: { ordinal: 17, kind: "stream", output: { parse: refuse } },
  },
});

function refuse(_input: unknown): { end: PipeEnd } {
  throw new TypeError("nothing is good enough");
}

/** Connects over a binding; the far end serves `post`, and `notes` on every end that it takes or gives. */
export async function connectPost(t: TestContext, binding: Binding, beforeGiving = () => {}, nearOptions: EndpointOptions = {}) {
  const log: string[] = [];
  const endpoints: Endpoint[] = [];
  const serveNotes = (endpoint: Endpoint, name: string) => {
    endpoints.push(endpoint);
    receive(endpoint, notes, {
      note(text) {
        log.push(text);
        return `${name}: ${text}`;
      },
    });
    return endpoint;
  };
  const given = (name: string) => {
    const [mine, theirs] = pipeEnds();
    serveNotes(mine.bind(), name);
    return theirs;
  };
  const servePost = (far: Endpoint) =>
    receive(
      far,
      post,
      {
        door() {
          const [mine, theirs] = pipeEnds();
          const endpoint = mine.bind();
          endpoints.push(endpoint);
          servePost(endpoint);
          return theirs;
        },
        fail({ how }) {
          if (how === "now") throw new Error("no");
          return Promise.reject(new Error("not now"));
        },
        async *failStream() {
          yield await Promise.reject(new Error("no"));
        },
        odd: () => ({ end: given("odd"), odd() {} }),
        async *oddStream() {
          yield { end: given("odd"), odd() {} };
        },
        shut: () => far.close("shut"),
        giveChoosy: () => ({ end: given("refused") }),
        async *streamChoosy() {
          yield { end: given("refused") };
        },
        take: ({ from, end }) => void serveNotes(end.bind(), from),
        picky: () => undefined,
        async *pickyStream() {},
        bare: () => undefined,
        give() {
          beforeGiving();
          return given("given");
        },
        async *giveMany(count) {
          for (let i = 0; i < count; i++) {
            const pairs = [pipeEnds(), pipeEnds()];
            for (const [j, [mine]] of pairs.entries()) serveNotes(mine.bind(), `${i}.${j}`);
            yield pairs.map(([, theirs]) => theirs);
          }
        },
        async read(end) {
          let sum = 0;
          for await (const chunk of receiveBytes(end)) sum += chunk.length;
          return sum;
        },
        async first(end) {
          const reader = receiveBytes(end).getReader();
          const { value } = await reader.read();
          await reader.cancel();
          return value?.length ?? 0;
        },
        async watch({ by }) {
          const watcher = associatedRemote(far, notes, associatedSchema.parse(by));
          for (let i = 0; i < 20; i++) await watcher.note(`step ${i}`);
        },
      },
      { validate: true },
    );
  const { promise, resolve } = Promise.withResolvers<Endpoint>();
  const listener = await binding.listen("", (far) => {
    servePost(far);
    resolve(far);
  });
  const near = await binding.dial(listener.address, nearOptions);
  const far = await promise;
  await listener.close();
  t.after(() => {
    near.close();
    far.close();
    for (const one of endpoints) one.close();
  });
  return { near, far, log, endpoints, client: remote(near, post, { validate: true }) };
}

/** A client of `post`. */
export type PostClient = Remote<typeof post.methods>;

/** A call that the typed client would not make. */
export function ask(
  endpoint: Endpoint,
  interfaceId: number,
  ordinal: number,
  kind: "call" | "stream",
  body: unknown,
): Promise<unknown> {
  return endpoint.request({ interfaceId, ordinal, kind, label: "a call against the rules" }, body);
}
