import { systemClock } from "../packages/hub/src/base/clock.ts";
import { StoreJournal } from "../packages/hub/src/quantum/jobs/journal.ts";
import { openStore, type Store } from "../packages/hub/src/store/store.ts";
import { scratchFolder } from "../packages/hub/test/scratch.ts";
import { journalContract } from "../packages/quantum/test/leap/journal-contract.ts";

journalContract("the journal in the store", async () => {
  const folder = scratchFolder();
  const opened: Store[] = [];
  const open = async (): Promise<StoreJournal> => {
    const store = await openStore({ url: "", dataFolder: folder.path, clock: systemClock });
    opened.push(store);
    return new StoreJournal(store, "hub_1");
  };
  return {
    journal: await open(),
    reopen: open,
    end: async () => {
      for (const store of opened) await store[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
});
