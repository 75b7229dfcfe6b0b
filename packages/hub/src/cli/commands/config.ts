import { type ConfigName, configKeys } from "../../base/config-keys.ts";
import { type CommandMaker, printJson } from "../command.ts";
import { paint, table } from "../terminal.ts";

const config: CommandMaker = (program, tools) => {
  program
    .command("config")
    .description("Print the effective configuration and where each value came from.")
    .action(() => {
      const { values, sources } = tools.config();
      const names = Object.keys(configKeys) as ConfigName[]; // why: Object.keys forgets the literal keys
      const rows = names.map((name) => ({
        name,
        value: "secret" in configKeys[name] && configKeys[name].secret && values[name] !== "" ? "***" : values[name],
        source: sources[name],
        doc: configKeys[name].doc,
      }));
      if (tools.json()) return printJson(Object.fromEntries(rows.map(({ name, value, source }) => [name, { value, source }])));
      table(
        ["key", "value", "from", "meaning"],
        rows.map((row) => [
          row.name,
          JSON.stringify(row.value),
          row.source === "default" ? paint("dim", row.source) : row.source,
          paint("dim", row.doc),
        ]),
      );
    });
};
export default config;
