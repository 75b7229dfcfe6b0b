/**
 * The Python environment of the Ocean bridge: one of the hub's own under its data folder, or a ready interpreter that the
 * configuration names. The own one counts as installed when its marker names the requirements of this hub;
 * the marker is written last, so an installation that was cut off is made anew.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { privateFolder, writeFileWhole } from "../../base/files.ts";
import type { ToolContext } from "../../base/tool.ts";
import { bridgeFolder } from "./bridge-folder.ts";
import { oceanErrors } from "./errors.ts";
import { runPython } from "./python-run.ts";

/** Settings of the environment. */
export interface EnvironmentInput {
  readonly dataFolder: string;
  /** The Python that makes the environment (quantum.python). */
  readonly python: string;
  /** A Python that has all of it (quantum.oceanPython); empty for an environment of the hub's own. */
  readonly ready: string;
}

/** What an installation did. */
export interface Installed {
  readonly python: string;
  readonly fresh: boolean;
}

const oldest = [3, 10] as const;

/** See the head of this file. */
export class OceanEnvironment {
  readonly #input: EnvironmentInput;
  readonly #folder: string;
  // One installation at a time; those who come meanwhile find it done.
  #turn: Promise<unknown> = Promise.resolve();

  constructor(input: EnvironmentInput) {
    this.#input = input;
    this.#folder = join(input.dataFolder, "bridges", "ocean");
  }

  /** Whether the configuration names a ready interpreter. */
  get isReadyMade(): boolean {
    return this.#input.ready !== "";
  }

  /** The interpreter that runs the bridge, whether or not it is there. */
  get python(): string {
    if (this.isReadyMade) return this.#input.ready;
    return process.platform === "win32"
      ? join(this.#folder, "venv", "Scripts", "python.exe")
      : join(this.#folder, "venv", "bin", "python");
  }

  /** The requirements, pinned, one a line. Throws OCEAN_BRIDGE_MISSING. */
  requirements(): readonly string[] {
    return readFileSync(join(bridgeFolder(), "requirements.txt"), "utf8").trim().split("\n");
  }

  /** Whether the bridge can be started: what a ready interpreter holds is found out by starting it. */
  isInstalled(): boolean {
    if (this.isReadyMade) return true;
    const marker = this.#marker;
    if (!existsSync(marker) || !existsSync(this.python)) return false;
    const marked = readFileSync(marker, "utf8").trim();
    return marked === this.requirements().join("\n");
  }

  /** The version of the Python that the configuration names, as 3.12.1. Throws PYTHON_MISSING. */
  async version(signal: AbortSignal): Promise<string> {
    const [python, key] = this.isReadyMade ? [this.#input.ready, "quantum.oceanPython"] : [this.#input.python, "quantum.python"];
    const script = "import sys; print('.'.join(map(str, sys.version_info[:3])))";
    const { code, lines } = await runPython(python, ["-c", script], { key, signal });
    const version = lines.at(-1) ?? "";
    if (code !== 0 || !/^\d+\.\d+\.\d+$/.test(version)) throw oceanErrors.PYTHON_MISSING({ python, key });
    return version;
  }

  /**
   * Makes the environment unless it is there. `begin` is awaited before an old one is removed. Throws PYTHON_MISSING, PYTHON_TOO_OLD,
   * OCEAN_INSTALL_FAILED, OCEAN_BRIDGE_MISSING, or the signal's reason.
   */
  install(ctx: Pick<ToolContext, "signal" | "progress">, begin: () => Promise<void>): Promise<Installed> {
    const turn = this.#turn.then(() => this.#install(ctx, begin));
    this.#turn = turn.catch(() => undefined); // Each caller hears of its own.
    return turn;
  }

  /** Waits until no installation is under way. */
  async settled(): Promise<void> {
    await this.#turn;
  }

  async #install({ signal, progress }: Pick<ToolContext, "signal" | "progress">, begin: () => Promise<void>): Promise<Installed> {
    const version = await this.version(signal);
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major < oldest[0] || (major === oldest[0] && minor < oldest[1]))
      throw oceanErrors.PYTHON_TOO_OLD({ python: this.#input.python, got: version });
    if (this.isInstalled()) return { python: this.python, fresh: false };
    const requirements = this.requirements();
    await begin();
    const venv = join(privateFolder(this.#folder), "venv");
    rmSync(this.#marker, { force: true });
    rmSync(venv, { recursive: true, force: true });
    let done = 0;
    const step = async (name: string, python: string, args: readonly string[]): Promise<void> => {
      const line = (message: string) => progress({ done: ++done, unit: "lines", message: message.slice(0, 300) });
      const { code, lines } = await runPython(python, args, { key: "quantum.python", signal, line });
      if (code !== 0) throw oceanErrors.OCEAN_INSTALL_FAILED({ step: name, lines });
    };
    progress({ done, unit: "lines", message: `making an environment with Python ${version}` });
    await step("python -m venv", this.#input.python, ["-m", "venv", venv]);
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"];
    await step("pip install", this.python, [...pip, ...requirements]);
    writeFileWhole(this.#marker, `${requirements.join("\n")}\n`);
    return { python: this.python, fresh: true };
  }

  get #marker(): string {
    return join(this.#folder, "installed.txt");
  }
}
