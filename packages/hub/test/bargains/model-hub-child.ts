// A hub whose operator has a model bargain again and again with an agent of the house, until it is killed; with "finish" it ends what is open.
import { defineAgent, loadConfig, openHub, operator } from "@entente/hub";

const [folder = "", url = "", endpoint = "", mode = "go"] = process.argv.slice(2);
const flags: [string, string][] = [
  ["data.dir", folder],
  ["log.level", "debug"],
  ["models.endpoints", JSON.stringify({ stand: { url: endpoint, model: "stand-in", keyEnv: "STAND_KEY" } })],
];
if (url !== "") flags.push(["store.url", url]);
const bob = defineAgent({
  profile: { name: "bob", description: "Bargains.", skills: [{ id: "work", name: "Work", description: "Works." }] },
  execute: async () => ({ text: "done" }),
  negotiate: async ({ standing, round }) =>
    standing && round >= 3 ? { act: "accept" } : { act: "offer", offer: { price: "4", time: "2000" }, text: "pay more" },
});
const hub = await openHub({ config: loadConfig({ flags }), agents: [bob] });
await hub.addAgents("http://127.0.0.1");
await hub.recover();
const never = new AbortController().signal;
if (mode === "finish") {
  for (;;) {
    const open = await hub.store.db.selectFrom("bargains").select("id").where("open", "=", 1).execute();
    if (open.length === 0) break;
    for (const { id } of open) await hub.bargaining.ended(id, AbortSignal.timeout(30_000));
  }
  await hub[Symbol.asyncDispose]();
  process.exit(0);
}
const input = {
  subject: "work",
  with: ["bob"],
  issues: [
    { name: "price", values: [1, 2, 3, 4], slo: "cost" },
    { name: "time", values: [1000, 2000], slo: "totalMs" },
  ],
  preferences: { values: { price: { 1: 1, 2: 0.7, 3: 0.4, 4: 0 }, time: { 1000: 1, 2000: 0.5 } }, reservation: 0.3 },
  model: { instructions: "be firm" },
};
for (;;) {
  const { negotiation } = await hub.dispatcher.call("negotiate_start", input, { principal: operator, signal: never });
  process.send?.({ started: negotiation });
  await hub.bargaining.ended(String(negotiation), never);
}
