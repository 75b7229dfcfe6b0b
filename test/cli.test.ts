import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { loadConfig, serveHub } from "@entente/hub";
import { bqmFromTerms, dimodBqmFormat, loadProblem } from "@entente/quantum";
import { makeProgram } from "../packages/hub/src/cli/program.ts";
import { run as command, scratch, start, untilReady } from "./hub-process.ts";

const main = resolve(import.meta.dirname, "../packages/hub/src/main.ts");
const graphs = resolve(import.meta.dirname, "../../shared/data/qubo");

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Desk {
  readonly folder: string;
  /** Runs `entente` in the folder, with its data in `data/`. */
  readonly entente: (args: readonly string[], given?: { stdin?: string; env?: Record<string, string> }) => Promise<Ended>;
}

async function withDesk(work: (desk: Desk) => Promise<void>): Promise<void> {
  using folder = scratch();
  const { ENTENTE_TEST_POSTGRES: _, NO_COLOR: __, ...environment } = process.env;
  const entente: Desk["entente"] = async (args, { stdin = "", env = {} } = {}) => {
    const child = spawn(process.execPath, ["--conditions=entente", main, ...args], {
      cwd: folder.path,
      env: { ...environment, ENTENTE_DATA_DIR: join(folder.path, "data"), ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.on("error", () => {}); // A command that reads nothing may be gone before its input is written.
    child.stdin.end(stdin);
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    return { code, out, err };
  };
  await work({ folder: folder.path, entente });
}

const commands = [
  "agents",
  "ask",
  "call",
  "clients",
  "config",
  "dead-letters",
  "doctor",
  "learn",
  "link",
  "mcp",
  "negotiate",
  "plan",
  "rollback",
  "route",
  "solve",
  "tools",
  "up",
  "vault",
  "versions",
];
const pair = "p qubo 0 2 2 1\n0 0 -1\n1 1 -1\n0 1 3\n";

test("every command explains itself with --help, on stdout and with code 0", () =>
  withDesk(async ({ entente, folder }) => {
    const overview = await entente(["--help"]);
    assert.equal(overview.code, 0);
    const listed = [...overview.out.matchAll(/^ {2}([a-z][a-z-]*) /gm)]
      .map((match) => match[1])
      .filter((name) => name !== "help");
    assert.deepEqual(listed, commands, "the help lists the commands there are");
    const program = await makeProgram(new AbortController().signal);
    for (const command of program.commands) {
      assert.match(command.helpInformation(), new RegExp(`^Usage: entente ${command.name()}\\b[\\s\\S]*\\.\\n`));
      assert.match(command.description(), /^[A-Z].*\.$/, `${command.name()} is described in whole sentences`);
    }
    for (const command of ["solve", "up"]) {
      const { code, out, err } = await entente([command, "--help"]);
      assert.equal(code, 0, command);
      assert.match(out, new RegExp(`^Usage: entente ${command}\\b`));
      assert.equal(err, "");
    }
    assert.equal(existsSync(join(folder, "data")), false, "help opens nothing");
  }));

test("--json prints one JSON value and nothing else", () =>
  withDesk(async ({ entente, folder }) => {
    writeFileSync(join(folder, "pair.qubo"), pair);
    for (const args of [
      ["agents"],
      ["config"],
      ["doctor"],
      ["tools"],
      ["tools", "hub_status"],
      ["versions"],
      ["ask", "anything"],
      ["solve", "pair.qubo"],
    ]) {
      const { code, out, err } = await entente(["--json", ...args]);
      assert.equal(code, 0, `${args}: ${err}`);
      assert.equal(typeof JSON.parse(out), "object", String(args));
    }
    const after = await entente(["versions", "--json"]);
    assert.deepEqual(JSON.parse(after.out).versions, [], "the option may stand at the end");
  }));

test("agents are listed with the addresses that lead to them, and it is said when the hub that serves them does not run", () =>
  withDesk(async ({ entente, folder }) => {
    const idle = await entente(["agents"]);
    assert.match(idle.out, /http:\/\/127\.0\.0\.1:7420\/a2a\/librarian\n/);
    assert.match(idle.out, /The hub is not running/);
    const published = await entente(["agents"], { env: { ENTENTE_HTTP_PUBLIC_URL: "https://hub.example" } });
    assert.match(published.out, /https:\/\/hub\.example\/a2a\/librarian\n/);
    const unknown = await entente(["agents"], { env: { ENTENTE_HTTP_PORT: "0" } });
    assert.match(unknown.out, / \/a2a\/librarian\n/, "a free port is nobody's to know");
    await using hub = await serveHub(
      loadConfig({
        flags: [
          ["data.dir", join(folder, "data")],
          ["http.port", "0"],
          ["log.level", "silent"],
        ],
      }),
    );
    const { out } = await entente(["agents"]);
    assert.doesNotMatch(out, /not running/);
    const [address = ""] = /http:\S+\/a2a\/librarian(?=\n)/.exec(out) ?? [];
    assert.equal(new URL(address).port, hub.url.port);
    assert.equal((await fetch(`${address}/.well-known/agent-card.json`)).status, 200);
  }));

test("a long result reaches the end of a pipe whole, also of a slow reader", () =>
  withDesk(async ({ folder }) => {
    const shell = `"$0" --conditions=entente "$1" --data "$2" --json tools | { sleep 1; cat; }`;
    const child = spawn("sh", ["-c", shell, process.execPath, main, join(folder, "data")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [out] = await Promise.all([text(child.stdout), once(child, "close")]);
    assert.ok(out.length > 100_000, `${out.length} characters`);
    assert.ok(Array.isArray(JSON.parse(out)));
    const cut = spawn("sh", ["-c", shell.replace("{ sleep 1; cat; }", "head -1"), process.execPath, main, join(folder, "data")], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [said, problems] = await Promise.all([text(cut.stdout), text(cut.stderr), once(cut, "close")]);
    assert.deepEqual([said, problems], ["[\n", ""], "a reader that stops early is no error");
  }));

test("what the hub refuses ends with 1, a wrong command line or configuration with 2, an unhealthy folder with 4", () =>
  withDesk(async ({ entente, folder }) => {
    writeFileSync(join(folder, "entente.txt"), pair);
    writeFileSync(join(folder, "broken.json"), "{");
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [["versions"], 0, /^$/],
      [["rollback"], 1, /NO_CHAMPION: .*entente learn/],
      [["call", "hub_statsu"], 1, /TOOL_UNKNOWN: .*did you mean "hub_status"/],
      [["call", "quantum_solve", '{"seconds":-1}'], 1, /TOOL_INPUT_INVALID: .*seconds/],
      [["solv", "x"], 2, /unknown command 'solv'[\s\S]*Did you mean solve\?/],
      [["solve"], 2, /missing required argument 'file'/],
      [["solve", "pair.qubo", "--secnds", "1"], 2, /unknown option '--secnds'[\s\S]*Did you mean --seconds\?/],
      [["solve", "none.qubo"], 2, /ARGUMENT_INVALID: <file>: .*none\.qubo/],
      [["solve", "entente.txt", "--problem", "knapsak"], 2, /--problem: wanted one of .*did you mean knapsack\?/],
      [["solve", "entente.txt", "--problem", "knapsack"], 2, /entente\.txt: wanted a JSON object/],
      [["solve", "broken.json", "--problem", "knapsack", "--target", "1"], 2, /--target: wanted a model's file/],
      [["solve", "entente.txt"], 2, /ARGUMENT_INVALID: --format: wanted qubo, q, ising, mc, lp, bqm or cqm, since/],
      [
        ["solve", "entente.txt", "--format", "qubo", "--seconds", "soon"],
        2,
        /ARGUMENT_INVALID: --seconds: wanted a number; got "soon"/,
      ],
      [["call", "hub_status", "{"], 2, /ARGUMENT_INVALID: \[input\]: wanted a JSON object/],
      [["call", "hub_status", "[1]"], 2, /wanted a JSON object; got an array/],
      [["--set", "http.prot=1", "config"], 2, /CONFIG_UNKNOWN_KEY: .*did you mean "http\.port"/],
      [["--set", "http.port=high", "config"], 2, /CONFIG_INVALID_VALUE: http\.port from flag/],
      [["--config", "broken.json", "config"], 2, /CONFIG_FILE_UNREADABLE: .*broken\.json/],
    ];
    for (const [args, code, says] of cases) {
      const ended = await entente(args);
      assert.equal(ended.code, code, `${args.join(" ")}: ${ended.err}`);
      assert.match(ended.err, says, args.join(" "));
      if (code !== 0) assert.equal(ended.out, "", `${args.join(" ")} prints its error on stderr only`);
    }
    mkdirSync(join(folder, "data", "keys"), { recursive: true });
    writeFileSync(join(folder, "data", "keys", "token"), "open\n");
    chmodSync(join(folder, "data", "keys", "token"), 0o644);
    const unhealthy = await entente(["doctor"]);
    assert.equal(unhealthy.code, 4);
    assert.match(unhealthy.out, /^BAD +token file +mode 644$/m);
  }));

test("solve reads each format from a file and from stdin, and a bad file is refused with its line", () =>
  withDesk(async ({ entente, folder }) => {
    const problems: readonly (readonly [string, string, number, number | null])[] = [
      ["qubo", pair, -1, null],
      ["ising", "2 1\n1 2 1\n", -1, null],
      ["mc", "3 3\n1 2 1\n2 3 1\n1 3 1\n", -2, 2],
      ["q", "2 2\n1 1 5\n1 2 -4\n", -5, 5],
    ];
    for (const [format, content, energy, objective] of problems) {
      writeFileSync(join(folder, `problem.${format}`), content);
      const [file, piped] = [
        await entente(["solve", `problem.${format}`, "--json"]),
        await entente(["solve", "-", "--format", format, "--json"], { stdin: content }),
      ];
      for (const ended of [file, piped]) {
        assert.equal(ended.code, 0, `${format}: ${ended.err}`);
        const solved = JSON.parse(ended.out);
        assert.deepEqual([solved.energy, solved.objective], [energy, objective], format);
      }
    }
    const shown = await entente(["solve", "problem.mc"]);
    assert.match(shown.out, /^value {4}2 /m);
    assert.match(shown.out, /^model {4}3 variables, 3 couplings$/m);
    writeFileSync(join(folder, "bad.qubo"), "p qubo 0 3 1 1\n0 0 -1\n0 1 zz\n");
    const bad = await entente(["solve", "bad.qubo"]);
    assert.equal(bad.code, 1);
    assert.match(bad.err, /FORMAT_SYNTAX: .*line 3: .*"zz"/);
  }));

test("solve takes models with constraints, dimod's files and problems in their own terms, and writes the best sample", () =>
  withDesk(async ({ entente, folder }) => {
    const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
    write(
      "shop.lp",
      "Minimize\n obj: - 5 a - 3 b\nSubject To\n hours: 3 a + 2 b <= 8\nBounds\n 0 <= a <= 5\n 0 <= b <= 5\nGeneral\n a b\nEnd\n",
    );
    const shop = await entente(["solve", "shop.lp", "--output", "shop.txt"]);
    assert.equal(shop.code, 0, shop.err);
    assert.match(
      shop.out,
      /^value {4}-13 {3}\(minimised\)\nrules {4}all kept\nvalues {3}a = 2, b = 1\nmodel {4}2 variables, 0 couplings, 1 constraint\n/m,
    );
    assert.match(shop.out, /^proof {4}optimal: no sample is lower than -13$/m);
    assert.equal(readFileSync(join(folder, "shop.txt"), "utf8"), "a 2\nb 1\n");

    const model = bqmFromTerms({ vartype: "SPIN", quadratic: [["left", "right", 1]], linear: [["left", 0.5]] });
    write("pair.bqm", dimodBqmFormat.bytes(model));
    const pairOut = await entente(["solve", "pair.bqm", "--samples", "2", "--json"]);
    const solved = JSON.parse(pairOut.out);
    assert.deepEqual([solved.sample, solved.energy, solved.samples.length], [{ left: -1, right: 1 }, -1.5, 2]);
    assert.equal(pairOut.err, "", "JSON alone, and no trace beside it");

    write("bag.json", JSON.stringify((await loadProblem("knapsack")).example));
    const bag = await entente(["solve", "bag.json", "--problem", "knapsack", "--output", "best.json"]);
    assert.match(bag.out, /^chosen {3}tent, lamp\nvalue {4}13\nweight {3}7\nrules {4}all kept\n/m);
    assert.deepEqual(JSON.parse(readFileSync(join(folder, "best.json"), "utf8")).answer.chosen, ["tent", "lamp"]);

    write("cut.mc", `60 900\n${Array.from({ length: 900 }, (_, k) => cutEdge(k)).join("\n")}\n`);
    const cut = await entente(["solve", "cut.mc", "--seconds", "0.4", "--solver", "steepest-descent", "--output", "cut.txt"]);
    assert.match(cut.err, /^ +\S+ m?s {2}energy -\d+$/m, "a line for each improvement");
    assert.match(cut.out, /^side A {3}\d/m);
    assert.match(readFileSync(join(folder, "cut.txt"), "utf8"), /^1 -?1\n2 -?1\n/, "numbered as the file does");
  }));

// 60 nodes, each joined to the 30 after it, with weights of both signs.
function cutEdge(k: number): string {
  const [from, step] = [Math.floor(k / 15), (k % 15) + 1];
  return `${from + 1} ${((from + step) % 60) + 1} ${((k * 7919) % 11) - 5 || 1}`;
}

test(
  "solve finds the best known value of a benchmark file",
  { skip: existsSync(join(graphs, "bqp50_1.q")) ? false : "no ../shared/data/qubo beside the checkout" },
  () =>
    withDesk(async ({ entente }) => {
      const { code, out, err } = await entente(["solve", join(graphs, "bqp50_1.q"), "--json", "--seconds", "0.5"]);
      assert.equal(code, 0, err);
      assert.equal(JSON.parse(out).objective, 2098);
    }),
);

test("config shows every value with its source: default, file, environment, flag, the last one winning", () =>
  withDesk(async ({ entente, folder }) => {
    writeFileSync(
      join(folder, "entente.json"),
      JSON.stringify({ http: { port: 1111 }, "limits.toolMs": 2222, "learning.batch": 3 }),
    );
    const env = { ENTENTE_LIMITS_TOOL_MS: "3333", ENTENTE_STORE_URL: "postgres://me:secret@db/hub", ENTENTE_LEARNING_BATCH: "4" };
    const { out, err } = await entente(["--set", "learning.batch=5", "config", "--json"], { env });
    const config = JSON.parse(out);
    assert.deepEqual(config["http.port"], { value: 1111, source: "file entente.json" }, err);
    assert.deepEqual(config["limits.toolMs"], { value: 3333, source: "environment ENTENTE_LIMITS_TOOL_MS" });
    assert.deepEqual(config["learning.batch"], { value: 5, source: "flag" });
    assert.equal(config["log.level"].source, "default");
    assert.deepEqual(config["store.url"], { value: "***", source: "environment ENTENTE_STORE_URL" });
    const shown = await entente(["config"], { env });
    assert.doesNotMatch(shown.out + shown.err, /secret@/);
    assert.match(shown.out, /^learning\.batch +4 +environment ENTENTE_LEARNING_BATCH /m);
  }));

test("call takes its input as an argument or by - from stdin, and prints the result as JSON", () =>
  withDesk(async ({ entente }) => {
    const input = JSON.stringify({ text: pair, format: "qubo" });
    for (const ended of [
      await entente(["call", "quantum_solve", input]),
      await entente(["call", "quantum_solve", "-"], { stdin: input }),
    ]) {
      assert.equal(ended.code, 0, ended.err);
      assert.equal(JSON.parse(ended.out).energy, -1);
    }
    const nothing = await entente(["call", "hub_status"]);
    assert.equal(nothing.code, 0, "the input may be left out");
  }));

test("piped output has no colour codes, whatever the environment says of the terminal", () =>
  withDesk(async ({ entente }) => {
    const env = { TERM: "xterm-256color", COLORTERM: "truecolor", FORCE_COLOR: "1" };
    for (const args of [["config"], ["doctor"], ["rollback"]]) {
      const { out, err } = await entente(args, { env });
      assert.ok((out + err).length > 0);
      assert.ok(!(out + err).includes("\u001b"), args.join(" "));
    }
  }));

test("vault keeps a secret given on stdin, lists names, changes the key, forgets, and never prints a secret", () =>
  withDesk(async ({ entente }) => {
    const printed: string[] = [];
    const vault = async (args: readonly string[], stdin = "") => {
      const { code, out, err } = await entente(["vault", ...args], { stdin });
      printed.push(out, err);
      return { code, out, err };
    };
    assert.match((await vault([])).out, /No secrets/);
    assert.deepEqual(await vault(["put", "leap-token"], "DEV-canary\n"), {
      code: 0,
      out: "Kept leap-token, version 1.\n",
      err: "",
    });
    assert.match((await vault([])).out, /^secret +version .*\nleap-token +1 /);
    assert.match(
      (await vault(["rotate"])).out,
      /^The vault's key is [0-9a-f]{16}; secrets that were sealed with another before: 1\.\n$/,
    );
    assert.match((await vault(["forget", "leap-token"])).out, /Forgot leap-token/);
    const nothing = await vault(["put", "leap-token"], "\n");
    assert.equal(nothing.code, 2);
    assert.match(nothing.err, /stdin: wanted a secret; got nothing/);
    assert.equal((await vault(["put", "Leap Token"], "x")).code, 1);
    assert.equal(printed.join("").includes("canary"), false);
  }));

test("a command finds the hub that runs on its folder, and a second `up` there is refused", () =>
  withDesk(async ({ entente, folder }) => {
    await using served = await serveHub(
      loadConfig({
        flags: [
          ["data.dir", join(folder, "data")],
          ["http.port", "0"],
          ["log.level", "silent"],
        ],
      }),
    );
    const status = await entente(["call", "hub_status"]);
    assert.equal(status.code, 0, status.err);
    const events = await served.hub.store.events.read({ after: 0, limit: 1000 });
    assert.ok(
      events.some((event) => event.kind === "tool.called" && event.subject === "hub_status"),
      "the running hub answered",
    );
    const wrong = await entente(["call", "quantum_solve", '{"text":"nonsense"}']);
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /^FORMAT_SYNTAX: .*line 1/, "an error keeps its code over the wire");
    const doctor = await entente(["doctor"]);
    assert.match(doctor.out, new RegExp(`^ok +hub +running at ${served.url.origin} `, "m"));
    const second = await entente(["up"], { env: { ENTENTE_HTTP_PORT: "0" } });
    assert.equal(second.code, 1);
    assert.match(second.err, /HUB_RUNNING: .*stop it first/);
  }));

test("link gives a console link of the running hub that opens once, and says when no hub runs", async () => {
  using folder = scratch();
  const data = join(folder.path, "data");
  const none = await command(data, ["log.level=silent"], "link");
  assert.equal(none.code, 1);
  assert.match(none.said, /HUB_NOT_RUNNING.*entente up/);
  const child = start(data, ["log.level=silent", "http.port=0"], "up");
  try {
    await untilReady(data, child);
    const { said } = await command(data, ["log.level=silent"], "link");
    const open = () => fetch(said.trim(), { redirect: "manual" });
    assert.equal((await open()).headers.get("location"), "/");
    assert.equal((await open()).headers.get("location"), "/?link=spent");
  } finally {
    child.kill("SIGTERM");
    await once(child, "close");
  }
});
