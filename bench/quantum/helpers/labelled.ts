// Labelled points of length 1: clusters drawn at random, and the texts of this checkout by the package they belong to.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Draws, draws } from "./draws.ts";

/** Points of one kind; `points[i]` has `dimensions` numbers and length 1. */
export interface Labelled {
  readonly points: readonly Float64Array[];
  readonly labels: readonly number[];
  readonly classes: number;
  readonly dimensions: number;
}

/** Train and test points of a seed. */
export interface Split {
  readonly train: Labelled;
  readonly test: Labelled;
}

/** 40 clusters of sizes 1, 1/2, 1/3, ... in 10 classes, 32 dimensions. */
export function clusters(seed: number, trained: number, tested: number): Split {
  const draw = draws(seed);
  const [count, classes, dimensions] = [40, 10, 32];
  const direction = () => unitLength(Float64Array.from({ length: dimensions }, () => draw.normal()));
  const centres = Array.from({ length: count }, direction);
  const total = centres.reduce((sum, _, g) => sum + 1 / (g + 1), 0);
  const points: Float64Array[] = [];
  const labels: number[] = [];
  while (points.length < trained + tested) {
    let at = draw.unit() * total;
    let g = 0;
    while (g < count - 1 && at >= 1 / (g + 1)) at -= 1 / ++g;
    const off = direction();
    points.push(unitLength(centres[g]!.map((x, k) => x + 0.9 * off[k]!)));
    labels.push(g % classes);
  }
  return split({ points, labels, classes, dimensions }, draw, trained, tested);
}

/** Pieces of about 1,200 characters of this checkout's sources, their words hashed to 128 dimensions; the class is the package. */
export function texts(seed: number, trained: number, tested: number): Split {
  return split(pieces(), draws(seed), trained, tested);
}

let read: Labelled | undefined;

function pieces(): Labelled {
  if (read) return read;
  const root = join(import.meta.dirname, "../../../packages");
  const packages = ["console", "hub", "learning", "negotiation", "pipe", "quantum", "sdk"];
  const dimensions = 128;
  const points: Float64Array[] = [];
  const labels: number[] = [];
  for (const [label, name] of packages.entries()) {
    const files = readdirSync(join(root, name), { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && !/node_modules|dist|generated/.test(file),
    );
    for (const file of files.sort()) {
      // Imports name the packages: that would be no task.
      const text = readFileSync(join(root, name, file), "utf8").replace(/^import[^;]*;/gm, "");
      for (let at = 0; at + 600 < text.length; at += 1200) {
        points.push(hashed(text.slice(at, at + 1200), dimensions));
        labels.push(label);
      }
    }
  }
  read = { points, labels, classes: packages.length, dimensions };
  return read;
}

function hashed(text: string, dimensions: number): Float64Array {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/[a-z]{2,}/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const point = new Float64Array(dimensions);
  for (const [word, count] of counts) {
    let hash = 2166136261;
    for (let c = 0; c < word.length; c++) hash = Math.imul(hash ^ word.charCodeAt(c), 16777619);
    hash ^= hash >>> 15;
    point[(hash >>> 1) % dimensions]! += (hash & 1 ? 1 : -1) * Math.sqrt(count);
  }
  return unitLength(point);
}

function split(all: Labelled, draw: Draws, trained: number, tested: number): Split {
  const order = draw.shuffled(all.points.length);
  return { train: picked(all, order.slice(0, trained)), test: picked(all, order.slice(trained, trained + tested)) };
}

/** Some of the points. */
export function picked({ points, labels, ...rest }: Labelled, chosen: readonly number[]): Labelled {
  return { ...rest, points: chosen.map((i) => points[i]!), labels: chosen.map((i) => labels[i]!) };
}

function unitLength(v: Float64Array): Float64Array {
  const length = Math.hypot(...v) || 1;
  return v.map((x) => x / length);
}
