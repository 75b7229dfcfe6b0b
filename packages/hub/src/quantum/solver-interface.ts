/**
 * What the hub's main thread asks of its solver thread. All methods are streams: progress while it lasts, then the
 * answer as the last item. Both ends are one program, so the schemas only carry types.
 */
import { defineInterface, unchecked } from "@entente/pipe";
import type { EmbedAnswer, EmbedOrder } from "./embedding-order.ts";
import type { ConvertAnswer, ConvertOrder } from "./model-conversion.ts";
import type { InspectAnswer } from "./model-facts.ts";
import type { PackAnswer } from "./model-packing.ts";
import type { PlaceAnswer, PlaceOrder } from "./place-order.ts";
import type { ProblemSource } from "./problem-source.ts";
import type { SelectAnswer, SelectOrder } from "./select-order.ts";
import type { SolveAnswer, SolveOrder } from "./solve-order.ts";
import type { TopologyAnswer, TopologyOrder } from "./topology-order.ts";
import type { AllocateAnswer, AllocateOrder, RoundAnswer, RoundOrder, TuneAnswer, TuneOrder } from "./training-orders.ts";

export type { SelectAnswer, SelectOrder, SolveAnswer, SolveOrder };

/** How far the work is (0 to 1), a sentence and the lowest energy where there is one; or the answer. */
export type Step<A> = { readonly done: number; readonly message: string; readonly energy?: number } | { readonly answer: A };

/** The interface of the solver thread. */
export const solverInterface = defineInterface({
  name: "solver",
  version: 1,
  methods: {
    solve: { ordinal: 1, kind: "stream", input: unchecked<SolveOrder>(), output: unchecked<Step<SolveAnswer>>() },
    select: { ordinal: 2, kind: "stream", input: unchecked<SelectOrder>(), output: unchecked<Step<SelectAnswer>>() },
    pack: { ordinal: 3, kind: "stream", input: unchecked<ProblemSource>(), output: unchecked<Step<PackAnswer>>() },
    inspect: { ordinal: 4, kind: "stream", input: unchecked<ProblemSource>(), output: unchecked<Step<InspectAnswer>>() },
    convert: { ordinal: 5, kind: "stream", input: unchecked<ConvertOrder>(), output: unchecked<Step<ConvertAnswer>>() },
    topology: { ordinal: 6, kind: "stream", input: unchecked<TopologyOrder>(), output: unchecked<Step<TopologyAnswer>>() },
    embed: { ordinal: 7, kind: "stream", input: unchecked<EmbedOrder>(), output: unchecked<Step<EmbedAnswer>>() },
    place: { ordinal: 8, kind: "stream", input: unchecked<PlaceOrder>(), output: unchecked<Step<PlaceAnswer>>() },
    // Training helpers.
    allocate: { ordinal: 20, kind: "stream", input: unchecked<AllocateOrder>(), output: unchecked<Step<AllocateAnswer>>() },
    tune: { ordinal: 21, kind: "stream", input: unchecked<TuneOrder>(), output: unchecked<Step<TuneAnswer>>() },
    round: { ordinal: 22, kind: "stream", input: unchecked<RoundOrder>(), output: unchecked<Step<RoundAnswer>>() },
  },
});
