import { defineAgent, openHub, runAgent } from "../src/index.ts";

const greeter = defineAgent({
  name: "greeter",
  description: "Greets people by name.",
  skills: [{ id: "greet", name: "Greet", description: "Greet somebody by name" }],
  execute: async (task, { ask, status }) => {
    status("thinking of something nice");
    const name = task.text || ((await ask("What is your name?"))[0]?.text ?? "stranger");
    return { text: `Hello, ${name}!` };
  },
});

const stop = new AbortController();
const running = runAgent(greeter, { signal: stop.signal, log: () => {} }); // joins the hub of ENTENTE_HUB, or the one beside it

await using hub = await openHub();
while (!(await hub.tools()).some((tool) => tool.name === "agent__greeter")); // until it has joined
console.log((await hub.send("greeter", "Ada")).text);
const solved = await hub.call("quantum_solve", { text: "3 3\n1 2 1\n2 3 1\n1 3 1\n", format: "mc" });
console.log(solved.energy);
stop.abort();
await running;
