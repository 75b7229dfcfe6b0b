// A hub on which auctions and votes come to their deadlines all the time, until it is killed. It says which it has opened.

import { loadConfig } from "../../src/base/config.ts";
import { operator } from "../../src/base/principals.ts";
import { openHub } from "../../src/gateway.ts";

const [folder = "", url = "", mode = "go"] = process.argv.slice(2);
const flags: [string, string][] = [
  ["data.dir", folder],
  ["log.level", "silent"],
  ["negotiation.openAssemblies", "100000"],
];
if (url !== "") flags.push(["store.url", url]);
const hub = await openHub({ config: loadConfig({ flags }) });
await hub.recover();
const call = (tool: string, input: object) => hub.dispatcher.call(tool, input, { principal: operator });
if (mode === "finish") {
  const open = () => hub.store.db.selectFrom("assemblies").select("id").where("open", "=", 1).execute();
  while ((await open()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await hub[Symbol.asyncDispose]();
  process.exit(0);
}
const parties = ["client:a", "client:b", "client:c"];
for (let round = 0; ; round++) {
  const deadlineMs = 20 + (round % 5) * 10;
  const { auction } = await call("auction_open", { subject: "a lot", kind: "sealed-bid", bidders: parties, deadlineMs });
  const { vote } = await call("vote_open", { subject: "a vote", options: ["x", "y"], voters: parties, deadlineMs });
  process.send?.({ auction, vote });
  // Whoever comes too late hears so.
  const late = () => {};
  await call("auction_bid", { auction, price: 5 + round, as: "client:a" }).catch(late);
  await call("vote_cast", { vote, ballot: "y", as: "client:b" }).catch(late);
  await call("auction_bid", { auction, price: 4, as: "client:b" }).catch(late);
}
