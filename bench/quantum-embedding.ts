// Minor embedding against the real minorminer, and cliques by construction.
import type { Bench } from "./contract.ts";
import { embeddingRows } from "./quantum/embedding.ts";

const bench: Bench = ({ quick }) => embeddingRows(quick);
export default bench;
