import type { HubDesk } from "./hub-desk.ts";

/** Where an agent is: of the hub's own, joined over a pipe and connected or not, or elsewhere and answering or not. */
export type Whereabouts = "here" | "joined" | "away" | "elsewhere" | "down";

/** Says where an agent is. */
export function whereIs(agent: string, { elsewhere, joined }: Pick<HubDesk, "elsewhere" | "joined">): Whereabouts {
  const remote = elsewhere.find(agent);
  if (remote) return remote.health.state === "down" ? "down" : "elsewhere";
  const here = joined.isHere(agent);
  if (here === undefined) return "here";
  return here ? "joined" : "away";
}
