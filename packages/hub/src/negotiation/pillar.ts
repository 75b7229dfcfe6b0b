/** What the hub has for agents that negotiate and work together, opened over one store: contracts, bargains, agreements, plans, and what many do together. */
import type { Registry } from "../a2a/registry.ts";
import type { Clock } from "../base/clock.ts";
import type { ConfigValues } from "../base/config-keys.ts";
import type { Logger } from "../base/logger.ts";
import type { Models } from "../models/models.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { Bargaining } from "./bargains/bargaining.ts";
import { AgreementCourse } from "./bargains/course.ts";
import { Collaboration } from "./collaboration.ts";
import { Contracting } from "./contracting.ts";
import type { NegotiationDesk } from "./desk.ts";
import { Planning } from "./plans/planning.ts";

/** What negotiation stands on. */
export interface NegotiationInput {
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly models: Models;
  readonly dataFolder: string;
  readonly values: ConfigValues;
}

/** See the head of this file. */
export class Negotiation implements NegotiationDesk, AsyncDisposable {
  readonly store: Store;
  readonly models: Models;
  readonly modelAnswers: number;
  readonly contracting: Contracting;
  readonly bargaining: Bargaining;
  readonly course: AgreementCourse;
  readonly planning: Planning;
  readonly collaboration: Collaboration;
  readonly keyOf: NegotiationDesk["keyOf"];

  constructor({ store, registry, clock, log, metrics, models, dataFolder, values }: NegotiationInput) {
    const leaseMs = values["a2a.leaseMs"];
    this.store = store;
    this.models = models;
    this.modelAnswers = values["models.answers"];
    this.keyOf = (party) => registry.get(party).key.publicJwk;
    this.contracting = new Contracting({ store, registry, clock, dataFolder });
    this.bargaining = new Bargaining({
      ...{ store, registry, clock, log, dataFolder, leaseMs },
      openBargains: values["negotiation.openBargains"],
      byModel: { models, metrics, answers: this.modelAnswers, tokensPerSession: values["models.tokensPerSession"] },
    });
    this.course = new AgreementCourse(store, clock, (error) => log.error({ err: error }, "agreements could not be closed"));
    this.planning = new Planning({
      ...{ store, contracting: this.contracting, clock, log, dataFolder, leaseMs },
      openPlans: values["negotiation.openPlans"],
      limits: {
        replyMs: values["negotiation.replyMs"],
        planTasks: values["negotiation.planTasks"],
        planParallel: values["negotiation.planParallel"],
      },
    });
    const { bargaining, planning } = this;
    this.collaboration = new Collaboration({
      ...{ store, registry, clock, log, dataFolder, bargaining, values },
      plans: planning.records,
    });
  }

  get boards() {
    return this.collaboration.boards;
  }

  get assemblies() {
    return this.collaboration.assemblies;
  }

  get transcripts() {
    return this.collaboration.transcripts;
  }

  /** Goes on with what a stop of the hub cut off, and closes what fell due meanwhile. */
  async recover(): Promise<void> {
    await this.bargaining.recover();
    await this.course.closeDue();
    await this.planning.recover();
    await this.collaboration.recover();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.course[Symbol.dispose]();
    await this.planning[Symbol.asyncDispose]();
    await this.bargaining[Symbol.asyncDispose]();
    await this.collaboration[Symbol.asyncDispose]();
  }
}
