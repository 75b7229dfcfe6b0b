// Writes events that do not wait for the disk, tells how many, and writes on until it is killed.
import { systemClock } from "../../src/base/clock.ts";
import { openStore } from "../../src/store/store.ts";

const [dataFolder = "", url = ""] = process.argv.slice(2);
const store = await openStore({ url, dataFolder, clock: systemClock });
for (let count = 1; ; count++) {
  const event = { kind: "test.happened", actor: "test", subject: String(count), data: {} };
  await store.transaction((trx) => store.events.append(trx, [event]), "behind");
  if (count === 20) process.stdout.write(`${count}\n`);
}
