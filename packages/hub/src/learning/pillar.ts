import type { Clock } from "../base/clock.ts";
import type { Config } from "../base/config.ts";
import { toolsOf } from "../base/tool.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { Corpus } from "./corpus.ts";
import { Runs } from "./runs.ts";
import { Versions } from "./versions.ts";
import { Writer } from "./writing.ts";

/** What the learning pillar owns. */
export class Learning {
  readonly store: Store;
  readonly config: Config;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly dataFolder: string;
  readonly corpus: Corpus;
  readonly runs: Runs;
  readonly versions: Versions;
  readonly writer = new Writer();

  constructor(input: { store: Store; config: Config; clock: Clock; metrics: Metrics; dataFolder: string }) {
    this.store = input.store;
    this.config = input.config;
    this.clock = input.clock;
    this.metrics = input.metrics;
    this.dataFolder = input.dataFolder;
    this.corpus = new Corpus(input.store);
    this.runs = new Runs(input.store, input.clock);
    this.versions = new Versions(input.store, input.clock, input.dataFolder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer[Symbol.asyncDispose]();
  }
}

/** Declares a learning tool. */
export const defineLearningTool = toolsOf<Learning>();
