import { type ContractNetEvent, contractNet, explain } from "../src/index.ts";

let [state, effects] = contractNet.start({
  participants: ["ada", "bob"],
  replyBy: 1_000,
  completeWithinMs: 60_000,
  criteria: { price: 1, promisedTime: 1, reliability: 2 },
  reliability: { ada: 0.2, bob: 1 },
  task: { choose: 64, from: "documents" },
});

const outbox = [...effects]; // the host sends these: first the two calls for proposals

function deliver(event: ContractNetEvent, now: number): void {
  [state, effects] = contractNet.step(state, event, now);
  outbox.push(...effects);
}
deliver({ type: "propose", from: "ada", price: 8, promisedMs: 40_000 }, 10);
deliver({ type: "propose", from: "bob", price: 10, promisedMs: 20_000 }, 20);
console.log(explain(state).because); // all have answered: bob is accepted
deliver({ type: "inform-done", from: "bob", output: { chosen: [3, 1, 4] } }, 15_000);
console.log(contractNet.result(state)?.outcome);
