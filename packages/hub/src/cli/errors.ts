import { defineErrors } from "../base/errors.ts";

export const cliErrors = defineErrors({
  HUB_NOT_RUNNING: {
    status: 409,
    text: (d: { dataFolder: string }) => `no hub is running on ${d.dataFolder}; start one with: entente up`,
  },
  ARGUMENT_INVALID: {
    status: 400,
    text: (d: { argument: string; wanted: string; got: string }) => `${d.argument}: wanted ${d.wanted}; got ${d.got}`,
  },
});

/** A number given as text on the command line. Throws ARGUMENT_INVALID. */
export function numberFrom(argument: string, raw: string): number {
  const value = raw.trim() === "" ? Number.NaN : Number(raw);
  if (Number.isFinite(value)) return value;
  throw cliErrors.ARGUMENT_INVALID({ argument, wanted: "a number", got: JSON.stringify(raw) });
}
