import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { adjacencyOf, type Bqm, bqmFromTerms, checkEmbedding, type LeapSolver, perfectChip } from "@entente/quantum";
import pino from "pino";
import { systemClock } from "../../src/base/clock.ts";
import { KeptEmbeddings } from "../../src/quantum/jobs/kept-embeddings.ts";
import { Placing } from "../../src/quantum/jobs/placing.ts";
import { Solving } from "../../src/quantum/pillar.ts";
import type { PlaceOrder } from "../../src/quantum/place-order.ts";
import type { Store } from "../../src/store/store.ts";
import { engines, withStore } from "../stores.ts";

const log = pino({ level: "silent" });

// A solver with a perfect Chimera of m by m cells.
function solver(m: number, name = "chimera"): LeapSolver {
  const { qubits, rows, columns, size } = perfectChip("chimera", [m, m, 4]);
  const properties = {
    topology: { type: "chimera", shape: [m, m, 4] },
    num_qubits: size,
    qubits: [...qubits],
    couplers: Array.from(rows, (u, k) => [u, columns[k]!]),
  };
  return {
    identity: { name },
    description: "",
    status: "ONLINE",
    avgLoad: 0,
    properties,
    category: "qpu",
    problemTypes: ["ising"],
  };
}

function clique(n: number): Bqm {
  const quadratic = Array.from({ length: n }, (_, i) => Array.from({ length: i }, (_, j) => [i, j, 1] as const)).flat();
  return bqmFromTerms({ vartype: "SPIN", linear: [], quadratic, offset: 0 });
}

// Placing over a store, and the orders that the solver thread got.
function placing(store: Store, solving: Solving, limitMs = 20_000) {
  const orders: PlaceOrder[] = [];
  const watched = Object.create(solving, {
    place: {
      value: (order: PlaceOrder, ctx: Parameters<Solving["place"]>[1]) => {
        orders.push(order);
        return solving.place(order, ctx);
      },
    },
  });
  const kept = new KeptEmbeddings({ store, clock: systemClock, log, most: 100 });
  return { placing: new Placing({ solving: watched, kept, limitMs }), orders };
}

const ctx = (signal = AbortSignal.timeout(60_000)) => ({ signal, progress: () => undefined });

test("models are placed on qubits of their own in the solver thread, which is sent a chip once", (t) =>
  withStore(t, "sqlite", async (store) => {
    await using solving = new Solving();
    const { placing: p, orders } = placing(store, solving);
    const chip = solver(4);
    const models = [clique(5), clique(4), clique(6)];
    const seats = await p.seats(
      models.map((model, i) => ({ job: `job_${i}`, model })),
      chip,
      ctx(),
    );
    assert.ok(solving.running, "the thread did it");
    const used = seats.flatMap((seat) => seat?.embedding.flat() ?? []);
    assert.equal(new Set(used).size, used.length);
    for (const [i, seat] of seats.entries())
      checkEmbedding(seat?.embedding ?? [], models[i]!, adjacencyOf(perfectChip("chimera", [4, 4, 4])));
    await p.seats([{ job: "other", model: clique(3) }], chip, ctx());
    assert.deepEqual(
      orders.map(({ facts }) => facts !== undefined),
      [false, true, false],
    );
    const [none] = await p.seats([{ job: "large", model: clique(200) }], chip, ctx());
    assert.equal(none, undefined);
  }));

test("a search for a place ends when it is cancelled", (t) =>
  withStore(t, "sqlite", async (store) => {
    await using solving = new Solving();
    const { placing: p } = placing(store, solving);
    const stop = new AbortController();
    // More than a Chimera of this size can hold, which takes the search long to find out.
    const search = p.seats([{ job: "j", model: clique(60) }], solver(12), ctx(stop.signal));
    search.catch(() => undefined);
    await sleep(500);
    const asked = performance.now();
    stop.abort(new Error("enough"));
    await assert.rejects(search, /enough/);
    assert.ok(performance.now() - asked < 2000);
  }));

for (const engine of engines) {
  test(`${engine}: a graph that was placed before a restart needs no search after it`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      const passengers = [
        { job: "a", model: clique(7) },
        { job: "b", model: clique(4) },
      ];
      await using before = new Solving();
      const first = await placing(store, before).placing.seats(passengers, solver(4), ctx());
      await using after = new Solving();
      // With no time for a search nothing is found that is not known.
      const { placing: p } = placing(await reopen(), after, 0);
      assert.deepEqual(await p.seats(passengers, solver(4), ctx()), first);
      assert.deepEqual(await p.seats(passengers, solver(4, "another"), ctx()), [undefined, undefined]);
    }));

  test(`${engine}: a kept embedding that is corrupt, of another format or unfit is replaced`, (t) =>
    withStore(t, engine, async (store) => {
      await using solving = new Solving();
      const { placing: p, orders } = placing(store, solving);
      const passengers = [{ job: "a", model: clique(5) }];
      const [found] = await p.seats(passengers, solver(4), ctx());
      const unfit = { type: "entente.chains/1", chains: [[0], [1], [2], [3], [4]] };
      const newer = { type: "entente.chains/2", chains: found?.embedding };
      for (const [bad, isRead] of [
        ["{", false],
        ['{"type":"entente.chains/1","chains":[["x"]]}', false],
        [JSON.stringify(newer), false],
        [JSON.stringify(unfit), true],
      ] as const) {
        await store.db.updateTable("quantum_embeddings").set({ chains_json: bad }).execute();
        const [seat] = await p.seats(passengers, solver(4), ctx());
        assert.equal(orders.at(-1)?.known !== undefined, isRead);
        assert.deepEqual(seat?.embedding, found?.embedding);
        const { chains_json } = await store.db.selectFrom("quantum_embeddings").selectAll().executeTakeFirstOrThrow();
        assert.deepEqual(JSON.parse(chains_json), { type: "entente.chains/1", chains: found?.embedding });
      }
    }));

  test(`${engine}: of kept embeddings those used least recently go`, (t) =>
    withStore(t, engine, async (store) => {
      let now = 1000;
      const kept = new KeptEmbeddings({ store, clock: { now: () => now++ }, log, most: 3 });
      const graph = (n: number) => clique(n);
      for (const n of [2, 3, 4]) await kept.keep("s", graph(n), [[n]]);
      await kept.keep("s", graph(2), [[2]]);
      await kept.keep("s", graph(5), [[5]]);
      const left = await Promise.all([2, 3, 4, 5].map(async (n) => (await kept.find("s", graph(n))) !== undefined));
      assert.deepEqual(left, [true, false, true, true]);
    }));
}
