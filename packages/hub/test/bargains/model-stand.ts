/** What the tests of models at the table share: an endpoint with a key that is to be seen nowhere, and a store. */
import { type ModelEndpoint, modelEndpointParams } from "../../src/base/model-endpoint.ts";
import type { Store } from "../../src/store/store.ts";
import { withStore } from "../stores.ts";

/** Longer than any session here takes. */
export const soon = (): AbortSignal => AbortSignal.timeout(20_000);
/** The key that may show up nowhere. */
export const key = "sk-canary-0123456789";
/** An endpoint of that key at a URL. */
export const endpointAt = (url: string, more: Partial<ModelEndpoint> = {}): Readonly<Record<string, ModelEndpoint>> => ({
  stand: modelEndpointParams.parse({ url, model: "stand-in", keyEnv: "STAND_KEY", clients: true, ...more }),
});
/** Where the key is. */
export const environment = { STAND_KEY: key };
/** A model for a seat, with a strategy behind it. */
export const model = { endpoint: "stand", fallback: "strategy" } as const;
/** Runs `work` on an empty store of SQLite. */
export const onSqlite = (work: (store: Store) => Promise<void>): Promise<void> =>
  withStore({ skip: () => {} } as never /* why: SQLite is never skipped */, "sqlite", work);
