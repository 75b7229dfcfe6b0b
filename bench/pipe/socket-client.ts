// One contender's client in a process of its own: `socket-client.ts NAME WHERE`. It answers each measurement it is sent with a number.
import { type Contender, contenders } from "./contenders.ts";
import { makeMessage } from "./echo.ts";
import { latency, rate } from "./measure.ts";

/** What to measure: the median of `count` calls one at a time in microseconds, or calls a second with `inFlight` under way. */
export interface Measurement {
  readonly call: keyof Contender;
  /** The size of bytes and text. */
  readonly size: number;
  readonly count: number;
  readonly inFlight?: number;
}

const [, , name = "", where = ""] = process.argv;
const open = contenders[name];
if (open === undefined) throw new Error(`wanted one of ${Object.keys(contenders).join(", ")}; got ${name}`);
const contender = await open(where);
const message = makeMessage();
process.on("message", async ({ call, size, count, inFlight }: Measurement) => {
  const body = new Uint8Array(Buffer.alloc(size, 1));
  const text = "x".repeat(size);
  const calls = {
    bytes: () => contender.bytes(body),
    message: () => contender.message(message),
    text: () => contender.text(text),
    checked: () => contender.checked(message),
  };
  process.send?.(await (inFlight === undefined ? latency(calls[call], count) : rate(calls[call], inFlight, count)));
});
process.send?.("open");
