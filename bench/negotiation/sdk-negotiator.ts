// Agents of another program that bargain over A2A: the official SDK's own server, its JSON-RPC over HTTP, no code of ours but the answers.
import type { AddressInfo } from "node:net";
import { AgentCard, Role } from "@a2a-js/sdk";
import { AgentEvent, type AgentExecutor, DefaultRequestHandler, InMemoryTaskStore } from "@a2a-js/sdk/server";
import { jsonRpcHandler, UserBuilder } from "@a2a-js/sdk/server/express";
import { ballotCallSchema, bidCallSchema, turnSchema } from "@entente/sdk";
import { answerContender } from "../a2a/contender.ts";
import { insisting } from "./insisting.ts";

// The SDK's web framework comes with it; it is none of ours.
const framework = "express";
const { default: express } = await import(framework);
const bare = { metadata: undefined, filename: "" };

const executor: AgentExecutor = {
  execute: async ({ contextId, userMessage }, bus) => {
    const data = userMessage.parts.find(({ content }) => content?.$case === "data")?.content?.value;
    const answer = answerTo(data);
    const parts = [{ ...bare, mediaType: "application/json", content: { $case: "data" as const, value: answer } }];
    const messageId = `re-${userMessage.messageId}`;
    bus.publish(AgentEvent.message({ ...userMessage, messageId, contextId, role: Role.ROLE_AGENT, parts }));
    bus.finished();
  },
  cancelTask: async () => {},
};

// Votes for what stands first, bids what it must, and takes a falling price when it has come to the half.
function answerTo(data: unknown): object {
  const turn = turnSchema.safeParse(data);
  if (turn.success) return insisting(turn.data);
  const ballot = ballotCallSchema.safeParse(data);
  if (ballot.success) return { act: "ballot", ranking: [ballot.data.options.slice(0, 1)] };
  const bid = bidCallSchema.safeParse(data);
  if (!bid.success) return { act: "noted" };
  const { kind, price = 0, next = 5, lots, terms } = bid.data;
  if (kind === "dutch") return price > Number(terms.ceiling) / 2 ? { act: "pass" } : { act: "bid" };
  if (kind === "combinatorial-auction") return { act: "bid", bundles: [{ items: lots, price: 5 }] };
  return next > 20 ? { act: "pass" } : { act: "bid", price: next };
}

const app = express();
const server = app.listen(0, "127.0.0.1", () => {
  const { port }: AddressInfo = server.address();
  const url = `http://127.0.0.1:${port}`;
  for (const name of ["far-buyer", "far-seller"]) {
    const card = AgentCard.fromJSON({
      name,
      description: "Bargains to the very end.",
      version: "1",
      supportedInterfaces: [{ url: `${url}/${name}`, protocolBinding: "JSONRPC", protocolVersion: "1.0" }],
      capabilities: {
        extensions: [
          { uri: "https://entente.dev/a2a/ext/negotiation/v1", params: { protocols: ["alternating-offers", "vote", "auction"] } },
        ],
      },
      defaultInputModes: ["application/json"],
      defaultOutputModes: ["application/json"],
      skills: [{ id: "bargain", name: "Bargain", description: "Bargain to the end", tags: ["bargain"] }],
    });
    const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), executor);
    app.get(`/${name}/.well-known/agent-card.json`, (_request: unknown, response: { json: (body: unknown) => void }) =>
      response.json(AgentCard.toJSON(card)),
    );
    app.use(`/${name}`, jsonRpcHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication }));
  }
  answerContender({ url: `${url}/`, headers: {} });
});
