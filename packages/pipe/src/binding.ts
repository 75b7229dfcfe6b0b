import type { Endpoint, EndpointOptions } from "./endpoint.ts";

/**
 * A way to reach a peer by address. An address is text that another program, thread or host can be told. `name` is also the first
 * part of its addresses. Every binding in `src/bindings/` exports one as `binding` and must pass test/conformance.ts.
 */
export interface Binding {
  readonly name: string;
  /**
   * Accepts pipes. `address` may be left empty for one that is free; the listener says which. `accept` gets each new endpoint and should
   * serve on it before it returns. Rejects with `ADDRESS_TAKEN`, `ADDRESS_INVALID`.
   */
  listen(address: string, accept: (endpoint: Endpoint) => void, options?: EndpointOptions): Promise<Listener>;
  /** Opens a pipe. Rejects with `ADDRESS_UNKNOWN`, `ADDRESS_INVALID`, `DIAL_CANCELLED`. */
  dial(address: string, options?: DialOptions): Promise<Endpoint>;
}

/** What dialling takes. */
export interface DialOptions extends EndpointOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Something that accepts pipes until it is closed; pipes that were accepted stay open. */
export interface Listener extends AsyncDisposable {
  readonly address: string;
  close(): Promise<void>;
}
