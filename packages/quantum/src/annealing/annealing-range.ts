// Where annealing decides something. Hot end: the beta at which about 40 % of the moves are accepted, found by a short feedback
// loop of probing sweeps. Cold end: the beta at which a typical smallest excitation of a local minimum is accepted with probability
// e^-8. Measured on the problem itself: a worst-case bound on the hot end is 5-10 times too hot on graphs of degree 20, and the
// smallest bias of the model as cold end is useless for real-valued biases, where it is arbitrarily near 0.

import type { SpinProblem } from "../models/spin-problem.ts";
import type { Random } from "../random.ts";
import { descend, randomWalker } from "./descent.ts";
import { metropolisSweep } from "./metropolis.ts";

const probes = 20;
const hotAcceptance = 0.4;
const coldExponent = 8; // 6 is a little better on random graphs, but leaves defects in two-dimensional ones (G32)
const minima = 3;
const smallest = 0.01; // quantile of the excitations that counts as typically smallest

/** Inverse temperatures, in 1/energy, between which an anneal is worth its sweeps. */
export interface AnnealingRange {
  readonly hot: number;
  readonly cold: number;
}

/** The range that was asked for, or else the measured one. */
export function rangeFor(
  { betaRange }: { readonly betaRange?: readonly [hot: number, cold: number] },
  problem: SpinProblem,
  random: Random,
): AnnealingRange {
  return betaRange ? { hot: betaRange[0], cold: betaRange[1] } : annealingRange(problem, random);
}

/** Measures the range on a problem of at least one variable. */
export function annealingRange(problem: SpinProblem, random: Random): AnnealingRange {
  const walker = randomWalker(problem, random);
  const mean = walker.local.reduce((sum, f) => sum + 2 * Math.abs(f), 0) / problem.size;
  if (mean === 0 && problem.weight.length === 0) return { hot: 1, cold: 1 }; // nothing to decide
  const state = Int32Array.of(random.next() | 1);
  let hot = mean > 0 ? Math.LN2 / mean : 1;
  for (let p = 0; p < probes; p++) {
    const accepted = metropolisSweep(problem, walker, hot, state) / problem.size;
    hot *= Math.exp(Math.max(-0.5, Math.min(0.5, 2 * (accepted - hotAcceptance))));
  }
  const costs: number[] = [];
  for (let m = 0; m < minima; m++) {
    const bottom = m === 0 ? walker : randomWalker(problem, random);
    descend(problem, bottom);
    for (let i = 0; i < problem.size; i++) costs.push(-2 * bottom.spins[i]! * bottom.local[i]!);
  }
  const largest = costs.reduce((most, c) => Math.max(most, c), 0);
  const real = Float64Array.from(costs.filter((c) => c > 1e-9 * largest)).sort();
  const gap = real[Math.floor(smallest * real.length)];
  const cold = gap === undefined ? hot : coldExponent / gap;
  return { hot: Math.min(hot, cold), cold };
}
