import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { configPaths, leapSettings, loadLeapSettings, QuantumError } from "../../src/index.ts";

const code = (wanted: string) => (error: unknown) => error instanceof QuantumError && error.code === wanted;
const metadataEndpoint = "https://cloud.dwavesys.com/metadata/v1/";
const file = (text: string, name = "dwave.conf") => ({ name, text });

test("what is given goes over the environment, and that over the file", () => {
  const files = [file("[defaults]\ntoken = from-file\nproxy = http://p/\n[one]\nregion = eu-central-1\n")];
  const env = { DWAVE_API_TOKEN: "from-env", DWAVE_API_HEADERS: "A: 1\nB-c: x y" };
  assert.deepEqual(leapSettings({}, {}, files), {
    client: "base",
    headers: {},
    metadataEndpoint,
    token: "from-file",
    region: "eu-central-1",
    proxy: "http://p/",
  });
  assert.deepEqual(leapSettings({}, env, files).headers, { A: "1", "B-c": "x y" });
  assert.equal(leapSettings({}, env, files).token, "from-env");
  assert.equal(leapSettings({ token: "given" }, env, files).token, "given");
  assert.equal(leapSettings({ token: "" }, { DWAVE_API_TOKEN: "" }, files).token, "from-file");
});

test("an endpoint and a region exclude each other from level to level", () => {
  const files = [file("[defaults]\nendpoint = https://one.example/sapi\n")];
  assert.equal(leapSettings({}, {}, files).endpoint, "https://one.example/sapi/");
  const { endpoint, region } = leapSettings({}, { DWAVE_API_REGION: "na-east-1" }, files);
  assert.deepEqual({ endpoint, region }, { endpoint: undefined, region: "na-east-1" });
  const given = leapSettings({ endpoint: "https://two.example/" }, { DWAVE_API_REGION: "na-east-1" }, files);
  assert.deepEqual([given.endpoint, given.region], ["https://two.example/", undefined]);
});

test("the profile is the one asked for, or named by [defaults], or the first", () => {
  const text = "[defaults]\nclient = qpu\n[a]\ntoken = ta\n[b]\ntoken: tb\nCLIENT = hybrid\n";
  assert.equal(leapSettings({}, {}, [file(text)]).token, "ta");
  assert.deepEqual(leapSettings({}, {}, [file(text)], "b").client, "hybrid");
  assert.equal(leapSettings({}, { DWAVE_PROFILE: "b" }, [file(text)]).token, "tb");
  assert.equal(leapSettings({}, {}, [file(text.replace("qpu", "qpu\nprofile = b"))]).token, "tb");
  assert.throws(() => leapSettings({}, {}, [file(text)], "c"), code("LEAP_CONFIG_INVALID"));
});

test("the later file goes over the earlier, option by option; comments, continuation and interpolation are read", () => {
  const system = file("# all\n[defaults]\ntoken = one\nheaders = A: 1\n  B: 2\n[p]\nregion = na-east-1\n", "system");
  const local = file("[p]\ntoken = %(word)s%%\nword = two\n; end\n", "local");
  const { token, region, headers } = leapSettings({}, {}, [system, local]);
  assert.deepEqual({ token, region, headers }, { token: "two%", region: "na-east-1", headers: { A: "1", B: "2" } });
  assert.throws(() => leapSettings({}, {}, [file("token = x\n")]), code("LEAP_CONFIG_INVALID"));
  assert.throws(() => leapSettings({}, {}, [file("[a]\nnonsense\n")]), code("LEAP_CONFIG_INVALID"));
});

test("a solver is a name, an identity, or features in D-Wave's notation; unknown features are refused", () => {
  const solver = (text: string) => leapSettings({ solver: text }).solver;
  assert.deepEqual(solver("Advantage_system4.1"), { name: "Advantage_system4.1" });
  assert.deepEqual(solver("A;graph_id=01"), { name: "A", graphId: "01" });
  assert.deepEqual(solver('{"qpu": true, "num_qubits__gt": 5000, "topology__type": "pegasus"}'), {
    category: "qpu",
    minQubits: 5001,
    topology: "pegasus",
  });
  assert.throws(() => solver('{"flux_biases": true}'), code("LEAP_CONFIG_INVALID"));
  assert.throws(() => solver("5"), code("LEAP_CONFIG_INVALID"));
});

test("a token with line breaks or an endpoint that is no URL is refused, and the token is not quoted", () => {
  assert.throws(
    () => leapSettings({ token: "to\nken-secret" }),
    (e) => code("LEAP_CONFIG_INVALID")(e) && !/secret/.test(String(e)),
  );
  assert.throws(() => leapSettings({ endpoint: "leap" }), code("LEAP_CONFIG_INVALID"));
  assert.throws(() => leapSettings({ endpoint: "file:///etc" }), code("LEAP_CONFIG_INVALID"));
  assert.throws(() => leapSettings({ endpoint: "http://leap.example/" }), code("LEAP_CONFIG_INVALID"));
  assert.throws(() => leapSettings({ endpoint: "https://me:pass@leap.example/" }), code("LEAP_CONFIG_INVALID"));
  assert.equal(leapSettings({ endpoint: "http://localhost:8080/sapi" }).endpoint, "http://localhost:8080/sapi/");
  assert.throws(() => leapSettings({ client: "cloud" }), code("LEAP_CONFIG_INVALID"));
});

test("files are looked for where D-Wave's tools look", () => {
  assert.deepEqual(configPaths({ XDG_CONFIG_DIRS: "/x/a:/x/b" }, "linux", "/home/me"), [
    "/x/a/dwave/dwave.conf",
    "/x/b/dwave/dwave.conf",
    "/home/me/.config/dwave/dwave.conf",
    "dwave.conf",
  ]);
});

test("a named file must be there; without one, none need be", async () => {
  const folder = mkdtempSync(join(tmpdir(), "entente-leap-"));
  try {
    const path = join(folder, "my.conf");
    writeFileSync(path, "[defaults]\ntoken = from-my\n");
    const env = { XDG_CONFIG_DIRS: folder, XDG_CONFIG_HOME: folder };
    assert.equal((await loadLeapSettings({ configFile: path }, env)).token, "from-my");
    assert.equal((await loadLeapSettings({}, { ...env, DWAVE_CONFIG_FILE: path })).token, "from-my");
    assert.equal((await loadLeapSettings({ configFile: false }, { ...env, DWAVE_CONFIG_FILE: path })).token, undefined);
    await assert.rejects(loadLeapSettings({ configFile: join(folder, "none") }, env), code("LEAP_CONFIG_INVALID"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
