import { z } from "zod";
import { versionSchema } from "../../learning/version-view.ts";
import { type CommandMaker, printJson, withSession } from "../command.ts";
import { say, table } from "../terminal.ts";

const listed = z.object({ versions: z.array(versionSchema) });

const versions: CommandMaker = (program, tools) => {
  program
    .command("versions")
    .description("List the model's versions: which is the champion, how each did at the gate.")
    .action(async () => {
      const result = await withSession(tools, (session) => session.call("learning_list_versions", {}));
      if (tools.json()) return printJson(result);
      const rows = listed
        .parse(result)
        .versions.map((version) => [
          `v${version.number}`,
          version.status,
          version.verdict?.bitsPerByte?.toFixed(3) ?? "-",
          version.verdict?.gzip?.toFixed(3) ?? "-",
          String(version.training.trainer ?? ""),
          new Date(version.createdAt).toISOString().slice(0, 19).replace("T", " "),
          version.verdict?.reason ?? "not examined yet",
        ]);
      if (rows.length === 0) return say("No version yet. (entente learn PATH makes one.)");
      table(["version", "status", "bits/byte", "gzip -9", "trained by", "made (UTC)", "gate"], rows);
    });
};
export default versions;
