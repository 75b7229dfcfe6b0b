import assert from "node:assert/strict";
import { EntenteError } from "../src/base/errors.ts";

/** For assert.throws and assert.rejects: an error with this code, whose message says this. */
export const code =
  (wanted: string, says = /./) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof EntenteError, String(error));
    assert.equal(error.code, wanted, error.message);
    assert.match(error.message, says);
    return true;
  };
