// Two agents of the SDK in a process of their own, joined to a hub over its Unix socket.
import { defineAgent, runAgent } from "@entente/sdk";
import { answerContender } from "../a2a/contender.ts";
import { insisting } from "./insisting.ts";

const hub = process.argv[2] ?? "";
const joined = ["near-buyer", "near-seller"].map((name) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const agent = defineAgent({
    name,
    description: "Bargains to the very end.",
    skills: [{ id: "bargain", name: "Bargain", description: "Bargain to the end" }],
    execute: async () => ({ text: "done" }),
    negotiate: insisting,
  });
  void runAgent(agent, { hub, log: (line) => line.includes("joined") && resolve() });
  return promise;
});
await Promise.all(joined);
answerContender({ url: hub, headers: {} });
