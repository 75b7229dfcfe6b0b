import { defineErrors } from "../../base/errors.ts";

export const boardErrors = defineErrors({
  VERSION_CONFLICT: {
    status: 409,
    text: (d: { board: string; key: string; expected: number; version: number; value: unknown }) =>
      `"${d.key}" of board "${d.board}" has version ${d.version}${d.version === 0 ? " (it is not there)" : ""}; you expected ${d.expected}. Read it again, and write over what it says now`,
  },
  BOARD_CLOSED: { status: 409, text: (d: { board: string }) => `board "${d.board}" is closed: it can be read, and not written` },
  BOARD_FULL: {
    status: 409,
    text: (d: { board: string; limit: number; what: string }) =>
      `board "${d.board}" holds ${d.limit} ${d.what} at most, and has them`,
  },
  BOARDS_TOO_MANY: {
    status: 429,
    text: (d: { principal: string; limit: number }) =>
      `${d.principal} has ${d.limit} open boards (boards.open); close one before another is opened`,
  },
  BOARD_ENTRY_TOO_LARGE: {
    status: 413,
    text: (d: { key: string; bytes: number; limit: number }) =>
      `the value of "${d.key}" has ${d.bytes} bytes of JSON; wanted at most ${d.limit} (boards.entryBytes)`,
  },
});
