/** What many do together, opened over one store: blackboards, votes, auctions, and the transcripts of all sessions. */
import type { Registry } from "../a2a/registry.ts";
import type { Clock } from "../base/clock.ts";
import type { ConfigValues } from "../base/config-keys.ts";
import type { Logger } from "../base/logger.ts";
import type { Store } from "../store/store.ts";
import { Asking } from "./assemblies/asking.ts";
import { Assemblies } from "./assemblies/assemblies.ts";
import type { Bargaining } from "./bargains/bargaining.ts";
import { Blackboards } from "./boards/blackboards.ts";
import type { PlanRecords } from "./plans/records.ts";
import { assemblyTranscript } from "./transcripts/assembly.ts";
import { bargainTranscript } from "./transcripts/bargain.ts";
import { boardTranscript } from "./transcripts/board.ts";
import { contractTranscript } from "./transcripts/contract.ts";
import { planTranscript } from "./transcripts/plan.ts";
import { Transcripts } from "./transcripts/transcripts.ts";
import { Watch } from "./watch.ts";

/** What it stands on. */
export interface CollaborationInput {
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly dataFolder: string;
  readonly bargaining: Bargaining;
  readonly plans: PlanRecords;
  readonly values: ConfigValues;
}

// What other hubs on the store have done is looked for this often while somebody waits for it, and otherwise.
const watching = { pollMs: 200, idleMs: 1000 };

/** See the head of this file. */
export class Collaboration implements AsyncDisposable {
  readonly watch: Watch;
  readonly boards: Blackboards;
  readonly assemblies: Assemblies;
  readonly transcripts: Transcripts;
  readonly #asking: Asking;

  constructor({ store, registry, clock, log, dataFolder, bargaining, plans, values }: CollaborationInput) {
    const watch = new Watch({ store, log, limit: values["limits.watchers"], ...watching });
    this.watch = watch;
    this.boards = new Blackboards({
      store,
      registry,
      clock,
      watch,
      limits: {
        open: values["boards.open"],
        entries: values["boards.entries"],
        entryBytes: values["boards.entryBytes"],
        keptValues: values["boards.keptValues"],
      },
    });
    this.assemblies = new Assemblies({
      store,
      registry,
      clock,
      log,
      dataFolder,
      watch,
      mandates: bargaining.records,
      keyOf: (party) => bargaining.keyOf(party),
      openAssemblies: values["negotiation.openAssemblies"],
      sweepMs: watching.idleMs,
    });
    this.#asking = new Asking({
      assemblies: this.assemblies,
      registry,
      watch,
      clock,
      log,
      dataFolder,
      leaseMs: values["a2a.leaseMs"],
    });
    this.transcripts = new Transcripts(watch, [
      boardTranscript(this.boards.records),
      bargainTranscript(store, bargaining.records),
      assemblyTranscript(this.assemblies.records),
      contractTranscript(store),
      planTranscript(plans),
    ]);
  }

  /** Closes what fell due while no hub was there, and goes on asking the agents of what is open. */
  async recover(): Promise<void> {
    await this.assemblies.recover();
    await this.#asking.recover();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#asking[Symbol.asyncDispose]();
    await this.assemblies[Symbol.asyncDispose]();
    await this.watch[Symbol.asyncDispose]();
  }
}
