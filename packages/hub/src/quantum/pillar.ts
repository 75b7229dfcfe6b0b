import type { Clock } from "../base/clock.ts";
import { toolsOf } from "../base/tool.ts";

/** What the optimisation tools stand on. */
export class Solving {
  readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Declares an optimisation tool. */
export const defineQuantumTool = toolsOf<Solving>();
