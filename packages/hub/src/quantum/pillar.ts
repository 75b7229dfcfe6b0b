/**
 * The optimisation pillar owns one solver thread. It starts with the first call, serves all calls (each is sliced, so
 * several share it), ends after a time without calls, and is replaced by the next call when it died. The hub's main
 * thread only hands orders over and steps back, so it answers others while a large model is solved; models that take a
 * millisecond it solves itself.
 */
import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { type Endpoint, overPort, PipeError, type Remote, type RemoteStream, remote, transfer } from "@entente/pipe";
import { type ToolContext, toolsOf } from "../base/tool.ts";
import type { EmbedAnswer, EmbedOrder } from "./embedding-order.ts";
import { quantumErrors } from "./errors.ts";
import type { ConvertAnswer, ConvertOrder } from "./model-conversion.ts";
import type { InspectAnswer } from "./model-facts.ts";
import type { PackAnswer } from "./model-packing.ts";
import type { ModelShelf } from "./model-shelf.ts";
import type { PlaceAnswer, PlaceOrder } from "./place-order.ts";
import type { ProblemSource } from "./problem-source.ts";
import type { SelectAnswer, SelectOrder } from "./select-order.ts";
import { solveIfSmall } from "./small-solve.ts";
import type { SolveAnswer, SolveOrder } from "./solve-order.ts";
import { type Step, solverInterface } from "./solver-interface.ts";
import type { TopologyAnswer, TopologyOrder } from "./topology-order.ts";
import type { AllocateAnswer, AllocateOrder, RoundAnswer, RoundOrder, TuneAnswer, TuneOrder } from "./training-orders.ts";

/** What a call needs of its context. */
export type Following = Pick<ToolContext, "signal" | "progress">;

/** Settings of the pillar. */
export interface SolvingInput {
  /** Time without calls after which the thread ends, ms. */
  readonly idleMs?: number;
  /** The module that serves the solver interface. */
  readonly worker?: URL;
  /** Most threads of one solve; never more than the machine has cores. */
  readonly mostThreads?: number;
  /** Where principals keep models. */
  readonly shelf?: ModelShelf;
}

type Client = Remote<(typeof solverInterface)["methods"]>;

interface Thread {
  readonly worker: Worker;
  readonly endpoint: Endpoint;
  readonly client: Client;
  calls: number;
}

const defaultIdleMs = 30_000;
const ownWorker = new URL(`./solver.worker${extname(import.meta.url)}`, import.meta.url);

/** What the optimisation tools stand on. */
export class Solving {
  readonly #idleMs: number;
  readonly #module: URL;
  readonly #shelf: ModelShelf | undefined;
  /** Most threads that one solve gets. */
  readonly mostThreads: number;
  #thread: Thread | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor({ idleMs = defaultIdleMs, worker = ownWorker, mostThreads = 1, shelf }: SolvingInput = {}) {
    this.#shelf = shelf;
    this.mostThreads = Math.max(1, Math.min(mostThreads, availableParallelism()));
    this.#idleMs = idleMs;
    this.#module = worker;
  }

  /** Whether the solver thread runs. */
  get running(): boolean {
    return this.#thread !== undefined && this.#thread.endpoint.closeReason === undefined;
  }

  /** Where principals keep models. */
  get shelf(): ModelShelf {
    if (!this.#shelf) throw new Error("this pillar was opened without a shelf");
    return this.#shelf;
  }

  /**
   * Solves a model in the solver thread, or here where it is surely small; asked for more threads than there may be, in as many as there
   * may. Throws SOLVER_ENDED, the codes
   * of @entente/quantum, or the signal's reason.
   */
  async solve(order: SolveOrder, ctx: Following): Promise<SolveAnswer> {
    const small = await solveIfSmall(order, ctx.signal);
    if (small) return small;
    const { threads } = order;
    const bounded = threads === undefined ? order : { ...order, threads: Math.min(threads, this.mostThreads) };
    return this.#follow((client) => client.solve(bounded, { signal: ctx.signal }), ctx);
  }

  /** Reads a model and packs it as a dimod file. Throws as `solve` does. */
  pack(source: ProblemSource, ctx: Following): Promise<PackAnswer> {
    return this.#follow((client) => client.pack(source, { signal: ctx.signal }), ctx);
  }

  /** Reads a model and tells about it. Throws as `solve` does. */
  inspect(source: ProblemSource, ctx: Following): Promise<InspectAnswer> {
    return this.#follow((client) => client.inspect(source, { signal: ctx.signal }), ctx);
  }

  /** Brings a model into another form. Throws as `solve` does. */
  convert(order: ConvertOrder, ctx: Following): Promise<ConvertAnswer> {
    return this.#follow((client) => client.convert(order, { signal: ctx.signal }), ctx);
  }

  /** Tells about a chip. Throws as `solve` does. */
  topology(order: TopologyOrder, ctx: Following): Promise<TopologyAnswer> {
    return this.#follow((client) => client.topology(order, { signal: ctx.signal }), ctx);
  }

  /** Embeds a model on a chip. Throws as `solve` does. */
  embed(order: EmbedOrder, ctx: Following): Promise<EmbedAnswer> {
    return this.#follow((client) => client.embed(order, { signal: ctx.signal }), ctx);
  }

  /** Places models on a chip. Throws as `solve` does. */
  place(order: PlaceOrder, ctx: Following): Promise<PlaceAnswer> {
    return this.#follow((client) => client.place(order, { signal: ctx.signal }), ctx);
  }

  /** Chooses a subset in the solver thread; `order.embeddings` moves there. Throws as `solve` does. */
  select(order: SelectOrder, ctx: Following): Promise<SelectAnswer> {
    const { buffer } = order.embeddings;
    const moved = buffer instanceof ArrayBuffer ? transfer(order, [buffer]) : order;
    return this.#follow((client) => client.select(moved, { signal: ctx.signal }), ctx);
  }

  /** Allocates options to layers in the solver thread. Throws as `solve` does. */
  allocate(order: AllocateOrder, ctx: Following): Promise<AllocateAnswer> {
    return this.#follow((client) => client.allocate(order, { signal: ctx.signal }), ctx);
  }

  /** Suggests configurations in the solver thread. Throws as `solve` does. */
  tune(order: TuneOrder, ctx: Following): Promise<TuneAnswer> {
    return this.#follow((client) => client.tune(order, { signal: ctx.signal }), ctx);
  }

  /** Rounds a layer in the solver thread. Throws as `solve` does. */
  round(order: RoundOrder, ctx: Following): Promise<RoundAnswer> {
    return this.#follow((client) => client.round(order, { signal: ctx.signal }), ctx);
  }

  /** Ends the thread; calls under way fail with SOLVER_ENDED. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idle);
    await this.#end("the hub is shutting down");
  }

  async #follow<A>(begin: (client: Client) => RemoteStream<Step<A>>, { signal, progress }: Following): Promise<A> {
    signal.throwIfAborted();
    const thread = this.#enter();
    let answer: { readonly value: A } | undefined;
    try {
      for await (const step of begin(thread.client)) {
        if ("answer" in step) answer = { value: step.answer };
        else {
          const { done, message, energy } = step;
          progress({ done, total: 1, message, ...(energy === undefined ? {} : { facts: { energy } }) });
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PipeError && (error.code === "PEER_GONE" || error.code === "PIPE_CLOSED"))) throw error;
      throw quantumErrors.SOLVER_ENDED({ reason: thread.endpoint.closeReason?.message ?? error.message }, { cause: error });
    } finally {
      this.#leave(thread);
    }
    if (!answer) throw quantumErrors.SOLVER_ENDED({ reason: "it gave no answer" });
    return answer.value;
  }

  #enter(): Thread {
    clearTimeout(this.#idle);
    if (!this.#thread || !this.running) this.#thread = this.#start();
    this.#thread.calls += 1;
    this.#thread.worker.ref();
    return this.#thread;
  }

  #leave(thread: Thread): void {
    thread.calls -= 1;
    if (thread.calls > 0) return;
    thread.worker.unref(); // An idle thread holds no process open.
    if (thread !== this.#thread) return;
    this.#idle = setTimeout(() => void this.#end("no calls"), this.#idleMs).unref();
  }

  #start(): Thread {
    const worker = new Worker(this.#module, { name: "solver" });
    const endpoint = overPort(worker);
    return { worker, endpoint, client: remote(endpoint, solverInterface), calls: 0 };
  }

  async #end(reason: string): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    thread?.endpoint.close(reason);
    await thread?.worker.terminate();
  }
}

/** Declares an optimisation tool. */
export const defineQuantumTool = toolsOf<Solving>();
