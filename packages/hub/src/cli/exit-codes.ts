/** How the command ends. docs/reference/cli.md lists the same codes. */
export const exitCodes = {
  ok: 0,
  /** The hub was asked and refused or failed; the message says why. */
  failed: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** A new version was trained and did not pass the gate. */
  refused: 3,
  /** `doctor` found something wrong. */
  unhealthy: 4,
  /** `negotiate` ended without an agreement. */
  noDeal: 5,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;
