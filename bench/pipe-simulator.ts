/**
 * `npm run bench -- pipe-simulator [--seeds N] [--frames N]`: the pipe under its simulator and its fuzzer, for longer than a test should take.
 * 100,000 seeded worlds that delay, cut, drop, double and swap, in which ends of pipes are sent on; 1,000,000 frames, some of them hostile. Stops at the first failure.
 */
import { simulate } from "../packages/pipe/test/byte-simulator.ts";
import { fuzzFrames } from "../packages/pipe/test/frame-fuzz.ts";
import { type Bench, row } from "./contract.ts";

const bench: Bench = async ({ quick, options }) => {
  const seeds = Number(options.seeds ?? (quick ? 2000 : 100_000));
  const frames = Number(options.frames ?? (quick ? 50_000 : 1_000_000));
  let [calls, gone, resumed, sentOn, spoilt, failed] = [0, 0, 0, 0, 0, 0];
  for (let seed = 1; seed <= seeds; seed++)
    try {
      const outcome = await simulate(seed);
      calls += outcome.calls;
      gone += outcome.gone;
      resumed += outcome.resumed;
      sentOn += outcome.sentOn;
      spoilt += outcome.spoilt ? 1 : 0;
    } catch (error) {
      failed += 1;
      console.error(`seed ${seed}:`, error);
      break;
    }
  const fuzzed = await fuzzFrames(frames, 1); // throws on a crash and on a dispatch that should not have been
  return [
    row("simulated worlds", seeds, ""),
    row("worlds in which something that must hold did not", failed, "", "<=", 0),
    row("calls, each ended exactly once", calls, ""),
    row("calls ended by the peer's loss", gone, ""),
    row("links resumed", resumed, ""),
    row("pipes sent on and bound there", sentOn, ""),
    row("worlds whose way was spoilt", spoilt, ""),
    row("frames fuzzed", fuzzed.frames, ""),
    row("invalid frames dispatched, or crashes", 0, "", "<=", 0),
    row("valid calls dispatched", fuzzed.dispatched, ""),
    row("connections refused for what came", fuzzed.refused, ""),
  ];
};
export default bench;
