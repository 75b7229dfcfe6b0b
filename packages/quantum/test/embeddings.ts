// Seeded synthetic embeddings: clusters of very different sizes on the unit sphere, as topics in a folder of documents.
import { Random } from "../src/random.ts";

/** `n` unit vectors in `clusters` groups; group g holds a share of about 1/(g+1), and noise of the given length is added. */
export function clusteredEmbeddings(
  seed: number,
  n: number,
  dimensions: number,
  clusters: number,
  noise = 0.6,
): { embeddings: Float32Array; cluster: number[] } {
  const random = new Random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
  const unit = (v: number[]) => v.map((x) => x / Math.hypot(...v));
  const centres = Array.from({ length: clusters }, () => unit(Array.from({ length: dimensions }, normal)));
  const shares = centres.map((_, g) => 1 / (g + 1));
  const total = shares.reduce((a, b) => a + b, 0);
  const embeddings = new Float32Array(n * dimensions);
  const cluster: number[] = [];
  for (let i = 0; i < n; i++) {
    let at = random.unit() * total;
    let g = 0;
    while (g < clusters - 1 && at >= shares[g]!) at -= shares[g++]!;
    cluster.push(g);
    const off = unit(Array.from({ length: dimensions }, normal));
    embeddings.set(unit(centres[g]!.map((x, k) => x + noise * off[k]!)), i * dimensions);
  }
  return { embeddings, cluster };
}
