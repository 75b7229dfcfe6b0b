// A hub whose two agents bargain again and again, until it is killed. It says when one is about to accept, and what was agreed.
import { defineAgent, loadConfig, openHub, operator } from "@entente/hub";

const [folder = "", url = "", mode = "go"] = process.argv.slice(2);
const say = (what: string, id: string): void => void process.send?.({ what, id });
const skills = [{ id: "work", name: "Work", description: "Works." }];
const agent = (name: string, round: number) =>
  defineAgent({
    profile: { name, description: "Bargains.", skills },
    execute: async () => ({ text: "done" }),
    negotiate: async (turn) => {
      if (turn.standing && turn.round >= round) {
        say("accepting", turn.negotiation);
        return { act: "accept" };
      }
      return { act: "offer", offer: { price: name === "buyer" ? "1" : "2" } };
    },
  });
const flags: [string, string][] = [
  ["data.dir", folder],
  ["log.level", "silent"],
  ["negotiation.openBargains", "100000"],
];
if (url !== "") flags.push(["store.url", url]);
const hub = await openHub({ config: loadConfig({ flags }), agents: [agent("buyer", 9), agent("seller", 1)] });
await hub.addAgents("http://127.0.0.1");
await hub.recover();
const never = new AbortController().signal;
const call = async (tool: string, input: object) =>
  (await hub.dispatcher.call(tool, input, { principal: operator, signal: never })) as Record<string, unknown>; // why: tools give objects
if (mode === "finish") {
  for (;;) {
    const open = await hub.store.db.selectFrom("bargains").select("id").where("open", "=", 1).execute();
    if (open.length === 0) break;
    for (const { id } of open) await hub.bargaining.ended(id, AbortSignal.timeout(30_000));
  }
  await hub[Symbol.asyncDispose]();
  process.exit(0);
}
const issues = [{ name: "price", values: [1, 2], slo: "cost" }];
for (;;) {
  const { negotiation } = await call("negotiate_start", { subject: "work", with: ["buyer", "seller"], withoutMe: true, issues });
  say("started", String(negotiation));
  await hub.bargaining.ended(String(negotiation), never);
  say("agreed", String(negotiation));
}
