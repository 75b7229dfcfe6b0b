import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Config } from "../../base/config.ts";
import { runningHub } from "../../serving.ts";
import { type CommandMaker, printJson, withSession } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { paint, say, size } from "../terminal.ts";

interface Finding {
  readonly check: string;
  readonly healthy: boolean;
  readonly found: string;
}

const smallestFreeBytes = 500_000_000;
const chain = z.object({ whole: z.boolean(), checked: z.number(), problem: z.string().nullable() });
const listed = z.object({
  models: z.array(z.object({ name: z.string(), model: z.string(), url: z.string(), key: z.string() })),
});

const doctor: CommandMaker = (program, tools) => {
  program
    .command("doctor")
    .description("Check the machine, the data folder, the store and the event log's hash chain.")
    .action(async () => {
      const config = tools.config();
      const findings = [
        ...machineFindings(),
        ...(await folderFindings(config)),
        await storeFinding(),
        ...(await modelFindings()),
        ...[await runtimeFinding()],
      ];
      if (tools.json()) printJson({ healthy: findings.every((finding) => finding.healthy), findings });
      else
        for (const { check, healthy, found } of findings)
          say(`${healthy ? paint("green", "ok  ") : paint("red", "BAD ")}${check.padEnd(16)}${found}`);
      if (findings.some((finding) => !finding.healthy)) process.exitCode = exitCodes.unhealthy;

      async function modelFindings(): Promise<readonly Finding[]> {
        if (Object.keys(config.values["models.endpoints"]).length === 0) return [];
        const { models } = listed.parse(await withSession(tools, (session) => session.call("models_list", {})));
        return models.map(({ name, model, url, key }) => ({
          check: `model ${name}`,
          healthy: key !== "missing",
          found: `${model} at ${url}, key: ${key}`,
        }));
      }

      async function storeFinding(): Promise<Finding> {
        try {
          const { whole, checked, problem } = chain.parse(
            await withSession(tools, (session) => session.call("hub_verify_log", {})),
          );
          return {
            check: "event log",
            healthy: whole,
            found: whole ? `${checked} events, the hash chain is whole` : `broken: ${problem}`,
          };
        } catch (error) {
          return { check: "store", healthy: false, found: error instanceof Error ? error.message : String(error) };
        }
      }
    });
};
export default doctor;

function machineFindings(): readonly Finding[] {
  const major = Number(process.versions.node.split(".")[0]);
  return [
    {
      check: "node",
      healthy: major >= 24,
      found: `${process.version}${major >= 24 ? "" : " (24 or newer is needed; npm scripts bring their own)"}`,
    },
  ];
}

async function folderFindings(config: Config): Promise<readonly Finding[]> {
  const folder = config.values["data.dir"];
  const running = await runningHub(folder);
  const hub: Finding = {
    check: "hub",
    healthy: true,
    found: running ? `running at ${running.url} (process ${running.pid})` : "not running",
  };
  if (!existsSync(folder))
    return [{ check: "data folder", healthy: true, found: `${folder} is not there yet; the first start makes it` }, hub];
  const findings: Finding[] = [hub];
  try {
    accessSync(folder, constants.R_OK | constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    findings.push({
      check: "data folder",
      healthy: bavail * bsize > smallestFreeBytes,
      found: `${folder}, ${size(bavail * bsize)} free`,
    });
  } catch (error) {
    findings.push({ check: "data folder", healthy: false, found: error instanceof Error ? error.message : String(error) });
  }
  const token = join(folder, "keys", "token");
  if (existsSync(token)) {
    const mode = statSync(token).mode & 0o777;
    findings.push({ check: "token file", healthy: (mode & 0o077) === 0, found: `mode ${mode.toString(8)}` });
  }
  return findings;
}

async function runtimeFinding(): Promise<Finding> {
  try {
    await import("onnxruntime-node");
    return { check: "onnxruntime", healthy: true, found: "loads" };
  } catch (error) {
    return {
      check: "onnxruntime",
      healthy: false,
      found: `does not load, so nothing can be trained: ${error instanceof Error ? error.message : error}`,
    };
  }
}
