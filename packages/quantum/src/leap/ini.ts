// D-Wave's configuration file is an INI file as Python's configparser reads it: sections inherit from [defaults], names are lower
// case, a value goes on in indented lines, a line that opens with # or ; is a comment, and %(name)s quotes another value of the
// section. Rejected: an INI package from npm, because none of them does continuation and interpolation the same way.
import { QuantumError } from "../errors.ts";

/** One configuration file: its name for messages, and its text. */
export interface ConfigFile {
  readonly name: string;
  readonly text: string;
}

/** Options by section, in the order of first appearance; `defaults` apart. */
export interface IniSections {
  readonly defaults: ReadonlyMap<string, string>;
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Reads files, the later over the earlier, option by option. Throws LEAP_CONFIG_INVALID with file and line. */
export function readIni(files: readonly ConfigFile[]): IniSections {
  const defaults = new Map<string, string>();
  const sections = new Map<string, Map<string, string>>();
  for (const { name, text } of files) {
    let section: Map<string, string> | undefined;
    let option: string | undefined;
    let indent = 0;
    for (const [i, line] of text.split(/\r?\n/).entries()) {
      const refuse = (wanted: string): never => {
        throw new QuantumError("LEAP_CONFIG_INVALID", { what: `${name}, line ${i + 1}`, wanted, got: line.slice(0, 12) });
      };
      const content = line.trim();
      if (/^[#;]/.test(content)) continue;
      if (content === "") continue;
      const depth = line.length - line.trimStart().length;
      if (section !== undefined && option !== undefined && depth > indent) {
        section.set(option, `${section.get(option)}\n${content}`);
        continue;
      }
      indent = depth;
      option = undefined;
      const header = /^\[([^\]]+)\]/.exec(content);
      if (header !== null) {
        const title = header[1]!;
        if (title === "defaults") section = defaults;
        else {
          section = sections.get(title) ?? new Map();
          sections.set(title, section);
        }
        continue;
      }
      const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(content);
      if (section === undefined) refuse("a [section] before the first option");
      else if (pair === null) refuse("name = value");
      else {
        option = pair[1]!.toLowerCase();
        section.set(option, pair[2]!);
      }
    }
  }
  return { defaults, sections };
}

/**
 * The options of one profile, over [defaults]. Without a name: the one that [defaults] names, else the first section, else
 * [defaults] itself. Throws LEAP_CONFIG_INVALID for a profile that is not there.
 */
export function profileOf({ defaults, sections }: IniSections, profile?: string): Readonly<Record<string, string>> {
  const wanted = profile || defaults.get("profile") || sections.keys().next().value;
  const own = wanted === undefined || wanted === "defaults" ? new Map<string, string>() : sections.get(wanted);
  if (own === undefined)
    throw new QuantumError("LEAP_CONFIG_INVALID", {
      what: "profile",
      wanted: `one of ${[...sections.keys()].join(", ") || "(no profiles)"}`,
      got: wanted,
    });
  const all = new Map([...defaults, ...own]);
  return Object.fromEntries([...all].map(([name, value]) => [name, interpolated(value, all, 0)]));
}

function interpolated(value: string, all: ReadonlyMap<string, string>, depth: number): string {
  return value.replace(/%(?:%|\(([^)]*)\)s|)/g, (found, name?: string) => {
    if (found === "%%") return "%";
    const quoted = name === undefined ? undefined : all.get(name.toLowerCase());
    if (quoted === undefined || depth >= 10)
      throw new QuantumError("LEAP_CONFIG_INVALID", { what: "interpolation", wanted: "%% or %(name)s of an option", got: found });
    return interpolated(quoted, all, depth + 1);
  });
}
