// An agent in twenty lines. Beside a hub it joins over its Unix socket; anywhere else, over HTTP:
//   npm run example -- examples/greeter.ts
//   ENTENTE_HUB=https://hub.example ENTENTE_TOKEN=… npm run example -- examples/greeter.ts
import { defineAgent, runAgent, textOf } from "@entente/sdk";

const greeter = defineAgent({
  name: "greeter",
  description: "Greets people by their name, and asks for it where it is missing.",
  skills: [{ id: "greet", name: "Greet", description: "Greet somebody by name" }],
  execute: async (task, { ask, status }) => {
    status("thinking of something nice");
    const name = task.text.trim() || textOf(await ask("What is your name?"));
    return { text: `Hello, ${name}!`, data: { name } };
  },
});

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
await runAgent(greeter, { signal: stop.signal });
