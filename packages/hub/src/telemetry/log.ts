import pino from "pino";
import type { Logger } from "../base/logger.ts";

const secretPaths = ["authorization", "cookie", "token", "*.authorization", "*.cookie", "*.token", "*.password"];

/** JSON lines on stderr at `level` and above; stdout stays free for results and for MCP over stdio. */
export function openLog(level: string): Logger {
  return pino({ level, base: null, redact: { paths: secretPaths, censor: "***" } }, pino.destination({ fd: 2, sync: true }));
}
