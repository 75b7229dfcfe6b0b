// `npm run bench -- quantum-leap [--quick]`: the Leap client against a stand-in server that fails in every way, killed in the middle.
import type { Bench } from "./contract.ts";
import { leapRows } from "./quantum/leap.ts";

const bench: Bench = ({ quick }) => leapRows(quick);

export default bench;
