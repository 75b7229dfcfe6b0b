import { spawn } from "node:child_process";
import { oceanErrors } from "./errors.ts";
import { LastLines } from "./last-lines.ts";

/** How a run of Python ended. */
export interface PythonEnd {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** Runs Python to its end and tells of each line that it writes. Throws PYTHON_MISSING, or the signal's reason once the process is gone. */
export async function runPython(
  python: string,
  args: readonly string[],
  { key, signal, line }: { readonly key: string; readonly signal: AbortSignal; readonly line?: (line: string) => void },
): Promise<PythonEnd> {
  signal.throwIfAborted();
  const child = spawn(python, args, { stdio: ["ignore", "pipe", "pipe"], env: environmentOfPip(process.env) });
  const last = new LastLines();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      for (const each of last.take(chunk)) line?.(each);
    });
  const stop = () => child.kill();
  signal.addEventListener("abort", stop);
  try {
    const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
    signal.throwIfAborted();
    return { code, lines: last.all() };
  } catch (error) {
    signal.throwIfAborted();
    throw oceanErrors.PYTHON_MISSING({ python, key }, { cause: error });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

// Proxies, certificates and pip's own settings are its business; tokens of the hub and of Leap are not.
function environmentOfPip(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(ENTENTE|DWAVE)_/.test(name)));
}
