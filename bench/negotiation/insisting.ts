import type { NegotiationAct, NegotiationTurn } from "@entente/sdk";

/** Bargains to the very end: another offer in each turn, and an acceptance in the last one, where there is something to accept. */
export function insisting({ round, actionsLeft, standing, issues, parties, you }: NegotiationTurn): NegotiationAct {
  const last = actionsLeft === 1 && you === parties.at(-1);
  if (last && standing) return { act: "accept" };
  const shift = parties.indexOf(you);
  const offer = Object.fromEntries(
    issues.map(({ name, values }, k) => [name, values[(round + shift + k) % values.length] ?? ""]),
  );
  return { act: "offer", offer };
}
