// The Ocean bridge through a real hub, the official MCP client and D-Wave's own SDK: ENTENTE_OCEAN_PYTHON names a Python that has what
// bridges/ocean/requirements.txt asks for.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bqmFromTerms, dimodBqmFormat } from "@entente/quantum";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { bridgeFolder } from "../../src/quantum/ocean/bridge-folder.ts";
import { LastLines } from "../../src/quantum/ocean/last-lines.ts";
import { type ServedHub, serveHub } from "../../src/serving.ts";
import { configOn, scratchFolder, tokenOf } from "../scratch.ts";

const python = process.env.ENTENTE_OCEAN_PYTHON;
const needsOcean = {
  skip:
    python === undefined && process.env.CI !== "true" ? "ENTENTE_OCEAN_PYTHON names no Python with D-Wave's Ocean SDK" : false,
};

type Call = <T>(tool: string, input?: object, signal?: AbortSignal) => Promise<T>;

interface Status {
  readonly running: boolean;
  readonly installed: boolean;
  readonly readyMade: boolean;
  readonly pythonVersion: string | null;
  readonly problem: string | null;
  readonly bridge: { readonly pid: number; readonly handles: number; readonly packages: Record<string, string> } | null;
}

interface Sampled {
  readonly result: {
    readonly $sampleset: {
      readonly variable_labels: readonly string[];
      readonly sample_data: { readonly data: readonly (readonly number[])[] };
      readonly vectors: { readonly energy: { readonly data: readonly number[] } };
    };
  };
}

async function clientOf(hub: ServedHub, token: string) {
  const client = new Client({ name: "ocean-test", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", hub.url), { requestInit }));
  const call: Call = async <T>(tool: string, input: object = {}, signal?: AbortSignal): Promise<T> => {
    const result = await client.callTool({ name: tool, arguments: { ...input } }, { ...(signal ? { signal } : {}) });
    if (result.isError) throw new Error(JSON.stringify(result.content));
    return result.structuredContent as T; // why: each test knows what it asked for
  };
  return { call, [Symbol.asyncDispose]: () => client.close() };
}

// A hub on a folder, and an official client as the operator.
async function withHub(
  settings: Readonly<Record<string, string>>,
  work: (call: Call, hub: ServedHub, folder: string) => Promise<void>,
): Promise<void> {
  using folder = scratchFolder();
  await using hub = await serveHub(configOn(folder.path, { "leap.configFile": "none", ...settings }));
  await using client = await clientOf(hub, tokenOf(folder.path));
  await work(client.call, hub, folder.path);
}

function withOcean(work: (call: Call, hub: ServedHub) => Promise<void>, settings: Readonly<Record<string, string>> = {}) {
  if (python === undefined) throw new Error("wanted ENTENTE_OCEAN_PYTHON, the path of a Python with the Ocean SDK");
  return withHub({ "quantum.oceanPython": python, ...settings }, work);
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function gone(pid: number): Promise<void> {
  for (let tries = 0; isAlive(pid); tries += 1) {
    assert.ok(tries < 400, `process ${pid} is still there`);
    await sleep(25);
  }
}

async function pidOf(call: Call): Promise<number> {
  const { bridge } = await call<Status>("quantum_ocean_status");
  assert.ok(bridge, "the bridge runs");
  return bridge.pid;
}

const triangle = {
  vartype: "SPIN",
  linear: [["a", 0.25]],
  quadratic: [
    ["a", "b", 1],
    ["b", "c", 1],
    ["a", "c", 1],
  ],
  offset: 0.5,
};
const energyOf = ([a = 0, b = 0, c = 0]: readonly number[]) => a * b + b * c + a * c + 0.25 * a + 0.5;
const longRun = { path: "sample", kwargs: { num_reads: 1, num_sweeps: 2_000_000_000, seed: 1 }, args: [{ $bqm: triangle }] };

async function sampler(call: Call): Promise<string> {
  const { result } = await call<{ result: { $handle: string; type: string } }>("quantum_ocean_call", {
    path: "dwave.samplers.SimulatedAnnealingSampler",
  });
  assert.match(result.type, /^dwave\.samplers\..*SimulatedAnnealingSampler$/);
  return result.$handle;
}

test("a sampler of Ocean is kept under a handle and samples a BQM with exact energies", needsOcean, () =>
  withOcean(async (call) => {
    const handle = await sampler(call);
    const { result } = await call<Sampled>("quantum_ocean_call", {
      handle,
      path: "sample",
      args: [{ $bqm: triangle }],
      kwargs: { num_reads: 20, seed: 7 },
    });
    const { sample_data, vectors, variable_labels } = result.$sampleset;
    assert.deepEqual(variable_labels, ["a", "b", "c"]);
    assert.deepEqual(vectors.energy.data, sample_data.data.map(energyOf));
    assert.equal(Math.min(...vectors.energy.data), -0.75);
    const status = await call<Status>("quantum_ocean_status");
    assert.deepEqual([status.running, status.readyMade, status.bridge?.handles], [true, true, 1]);
    assert.equal(status.bridge?.packages["dwave-ocean-sdk"], "9.5.0");
    assert.deepEqual(await call("quantum_ocean_release", { handle }), { released: true, handles: 0 });
    await assert.rejects(call("quantum_ocean_call", { handle, path: "sample" }), /OCEAN_HANDLE_UNKNOWN/);
  }),
);

test("a kept sample set is read in parts, and a composite takes a kept sampler", needsOcean, () =>
  withOcean(async (call) => {
    const child = await sampler(call);
    const composite = await call<{ result: { $handle: string } }>("quantum_ocean_call", {
      path: "dwave.samplers.SteepestDescentComposite",
      args: [{ $handle: child }],
    });
    const kept = await call<{ result: { $handle: string; type: string } }>("quantum_ocean_call", {
      handle: composite.result.$handle,
      path: "sample",
      args: [{ $bqm: triangle }],
      kwargs: { num_reads: 20, seed: 3 },
      keep: true,
    });
    assert.equal(kept.result.type, "dimod.sampleset.SampleSet");
    const { result } = await call<{ result: { sample: Record<string, number>; energy: number } }>("quantum_ocean_call", {
      handle: kept.result.$handle,
      path: "first",
    });
    const { a = 0, b = 0, c = 0 } = result.sample;
    assert.deepEqual([result.energy, energyOf([a, b, c])], [-0.75, -0.75]);
  }),
);

test("a BQM written by this hub's library is read by dimod, and dimod's file comes back with the same energies", needsOcean, () =>
  withOcean(async (call) => {
    const bqm = bqmFromTerms({
      vartype: "BINARY",
      linear: [
        ["x", -1.5],
        ["y", 0.25],
      ],
      quadratic: [["x", "y", 2]],
      offset: 3,
    });
    const $bqm = Buffer.from(dimodBqmFormat.bytes(bqm)).toString("base64");
    const energy = await call("quantum_ocean_call", {
      path: "dimod.BinaryQuadraticModel.energy",
      args: [{ $bqm }, { x: 1, y: 1 }],
    });
    assert.deepEqual(energy, { result: 3.75 });
    const back = await call<{ result: { $bqm: string } }>("quantum_ocean_call", {
      path: "dimod.BinaryQuadraticModel.change_vartype",
      args: [{ $bqm }, "SPIN"],
      kwargs: { inplace: false },
    });
    const read = dimodBqmFormat.parse(Buffer.from(back.result.$bqm, "base64"));
    assert.equal(read.vartype, "SPIN");
  }),
);

test("graphs cross in both directions: minorminer embeds a triangle in a square", needsOcean, () =>
  withOcean(async (call) => {
    const source = [
      ["a", "b"],
      ["b", "c"],
      ["a", "c"],
    ];
    const edges = [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 0],
    ];
    const { result } = await call<{ result: Record<string, number[]> }>("quantum_ocean_call", {
      path: "minorminer.find_embedding",
      args: [source, { $graph: { edges } }],
      kwargs: { random_seed: 1 },
    });
    assert.deepEqual(Object.keys(result).sort(), ["a", "b", "c"]);
    assert.deepEqual(Object.values(result).flat().sort(), [0, 1, 2, 3]);
    const chimera = await call<{ result: { $graph: { edges: number[][] } } }>("quantum_ocean_call", {
      path: "dwave_networkx.chimera_graph",
      args: [1],
    });
    assert.equal(chimera.result.$graph.edges.length, 16);
  }),
);

test("paths that leave Ocean, private names and unknown ones are refused with their codes", needsOcean, () =>
  withOcean(async (call) => {
    const refused = async (path: string, code: RegExp) =>
      assert.rejects(call("quantum_ocean_call", { path }), code, `${path} wants ${code}`);
    await refused("os.system", /OCEAN_PATH_REFUSED.*does not begin with one of dimod/);
    await refused("dimod.sampleset.np.array", /OCEAN_PATH_REFUSED.*is not Ocean's own/);
    await refused("dwave.cloud.cli.subprocess.run", /OCEAN_PATH_REFUSED/);
    await refused("dimod.SampleSet.__subclasses__", /OCEAN_PATH_REFUSED.*no public name/);
    await refused("dwave.samplers.NoSuchSampler", /OCEAN_PATH_UNKNOWN/);
    await assert.rejects(call("quantum_ocean_describe", { path: "subprocess" }), /OCEAN_PATH_REFUSED/);
    await assert.rejects(
      call("quantum_ocean_call", { path: "dimod.ExactSolver", kwargs: { a: { $path: "os.system" } } }),
      /OCEAN_PATH_REFUSED/,
    );
    await assert.rejects(
      call("quantum_ocean_call", { path: "dimod.BinaryQuadraticModel", args: ["NEITHER"] }),
      /OCEAN_CALL_FAILED.*(TypeError|ValueError)/,
    );
  }),
);

test("what a path leads to is described with its signature", needsOcean, () =>
  withOcean(async (call) => {
    const told = await call<{ kind: string; documentation: string; members: string[] }>("quantum_ocean_describe", {
      path: "dwave.samplers.TabuSampler",
    });
    assert.equal(told.kind, "class");
    assert.ok(told.members.includes("sample") && told.documentation.length > 50);
    const { signature } = await call<{ signature: string }>("quantum_ocean_describe", {
      path: "dwave.samplers.TabuSampler.sample",
    });
    assert.match(signature, /^\(self, bqm.*num_reads/);
  }),
);

test("the token of Leap reaches Ocean by the environment, is no argument, and is in no result", needsOcean, () =>
  withOcean(
    async (call) => {
      const load = { path: "dwave.cloud.config.load_config" };
      const { result } = await call<{ result: Record<string, string> }>("quantum_ocean_call", load);
      assert.equal(result.token, "***");
      assert.equal(result.endpoint, "http://127.0.0.1:1/never");
      await assert.rejects(
        call("quantum_ocean_call", { path: "dwave.system.DWaveSampler", kwargs: { token: "other" } }),
        /OCEAN_ARGUMENT_INVALID.*a token is no argument/,
      );
    },
    { "leap.token": "TEST-a-token-of-nobody", "leap.endpoint": "http://127.0.0.1:1/never" },
  ),
);

test("at most 64 objects are kept, and a released one makes room", needsOcean, () =>
  withOcean(async (call) => {
    const kept = { path: "dimod.ExactSolver", keep: true };
    for (let i = 0; i < 64; i += 1) await call("quantum_ocean_call", kept);
    await assert.rejects(call("quantum_ocean_call", kept), /OCEAN_HANDLES_FULL/);
    await call("quantum_ocean_release", { handle: "h1" });
    assert.deepEqual(await call("quantum_ocean_call", kept), {
      result: { $handle: "h65", type: "dimod.reference.samplers.exact_solver.ExactSolver" },
    });
  }),
);

test(
  "a bridge that is killed in the middle of a call fails it with OCEAN_ENDED, and the next call has a new one",
  needsOcean,
  () =>
    withOcean(async (call) => {
      const handle = await sampler(call);
      const pid = await pidOf(call);
      const running = assert.rejects(call("quantum_ocean_call", { handle, ...longRun }), /OCEAN_ENDED/);
      await sleep(300);
      process.kill(pid, "SIGKILL");
      await running;
      await assert.rejects(call("quantum_ocean_call", { handle, path: "sample" }), /OCEAN_HANDLE_UNKNOWN/);
      const next = await pidOf(call);
      assert.notEqual(next, pid);
    }),
);

test("a cancelled call ends the process that computes it", needsOcean, () =>
  withOcean(async (call) => {
    const handle = await sampler(call);
    const pid = await pidOf(call);
    const cancel = new AbortController();
    const running = assert.rejects(call("quantum_ocean_call", { handle, ...longRun }, cancel.signal));
    await sleep(300);
    cancel.abort();
    await running;
    await gone(pid);
    assert.equal((await call<Status>("quantum_ocean_status")).running, false);
  }),
);

test("a bridge without calls ends after its time", needsOcean, () =>
  withOcean(
    async (call) => {
      await sampler(call);
      const pid = await pidOf(call);
      await gone(pid);
      assert.equal((await call<Status>("quantum_ocean_status")).running, false);
    },
    { "quantum.oceanIdleMs": "500" },
  ),
);

test("the bridge ends with the hub", needsOcean, async () => {
  let pid = 0;
  await withOcean(async (call) => {
    await sampler(call);
    pid = await pidOf(call);
    assert.ok(isAlive(pid));
  });
  assert.equal(isAlive(pid), false);
});

test("without an installation calls say what to call", () =>
  withHub({}, async (call) => {
    await assert.rejects(call("quantum_ocean_call", { path: "dimod.SPIN" }), /OCEAN_NOT_INSTALLED.*quantum_ocean_install/);
  }));

test("where Python is absent the installation and the status say so, and what to set", () =>
  withHub({ "quantum.python": "no-such-python" }, async (call) => {
    await assert.rejects(call("quantum_ocean_install"), /PYTHON_MISSING.*no-such-python.*quantum\.python/);
    const { pythonVersion, problem } = await call<Status>("quantum_ocean_status");
    assert.equal(pythonVersion, null);
    assert.match(problem ?? "", /no-such-python/);
  }));

test("a ready interpreter that is absent is a missing Python of that key", () =>
  withHub({ "quantum.oceanPython": "/no/such/python" }, async (call) => {
    await assert.rejects(call("quantum_ocean_call", { path: "dimod.SPIN" }), /PYTHON_MISSING.*quantum\.oceanPython/);
  }));

test(
  "an installation that pip refuses fails with pip's last lines, and leaves nothing that counts as installed",
  needsOcean,
  async () => {
    process.env.PIP_NO_INDEX = "1";
    try {
      await withHub({ "quantum.python": python ?? "" }, async (call) => {
        await assert.rejects(
          call("quantum_ocean_install"),
          /OCEAN_INSTALL_FAILED.*pip install failed.*dwave-ocean-sdk==9\.5\.0/s,
        );
        assert.equal((await call<Status>("quantum_ocean_status")).installed, false);
      });
    } finally {
      delete process.env.PIP_NO_INDEX;
    }
  },
);

test("an installation that is cancelled in the middle leaves nothing that counts as installed", needsOcean, async () => {
  await withHub({ "quantum.python": python ?? "" }, async (call, _hub, folder) => {
    const cancel = new AbortController();
    const installing = assert.rejects(call("quantum_ocean_install", {}, cancel.signal));
    for (let tries = 0; !existsSync(join(folder, "bridges", "ocean", "venv")) && tries < 400; tries += 1) await sleep(10);
    cancel.abort();
    await installing;
    assert.equal((await call<Status>("quantum_ocean_status")).installed, false);
  });
});

test("an environment counts as installed only with the requirements of this hub", () =>
  withHub({}, async (call, _hub, folder) => {
    const bridge = join(folder, "bridges", "ocean");
    mkdirSync(join(bridge, "venv", "bin"), { recursive: true });
    writeFileSync(join(bridge, "venv", "bin", "python"), "");
    writeFileSync(join(bridge, "installed.txt"), "dwave-ocean-sdk==9.4.0\n");
    assert.equal((await call<Status>("quantum_ocean_status")).installed, false);
  }));

test("the Ocean SDK is the operator's alone: clients and agents are refused before anything is looked at", () =>
  withHub({}, async (_call, { hub: { dispatcher } }) => {
    for (const kind of ["client", "agent"] as const) {
      const ctx = dispatcher.context({ principal: { id: "ada", kind } }, AbortSignal.timeout(10_000));
      for (const [tool, input] of [
        ["quantum_ocean_install", {}],
        ["quantum_ocean_status", {}],
        ["quantum_ocean_call", { path: "dimod.SPIN" }],
        ["quantum_ocean_describe", { path: "dimod" }],
        ["quantum_ocean_release", { handle: "h1" }],
      ] as const)
        await assert.rejects(ctx.call(tool, input), { code: "OCEAN_OPERATOR_ONLY" });
    }
  }));

test("a hub without the bridge's files says what it looked for", () => {
  using folder = scratchFolder();
  assert.throws(() => bridgeFolder(folder.path), { code: "OCEAN_BRIDGE_MISSING" });
});

test("of what a program wrote the last lines are remembered, the open one included", () => {
  const last = new LastLines(2);
  assert.deepEqual(last.take("one\ntwo\r\nth"), ["one", "two"]);
  assert.deepEqual(last.take("ree\nfo"), ["three"]);
  assert.deepEqual(last.all(), ["three", "fo"]);
});
