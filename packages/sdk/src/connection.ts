import { type Endpoint, type Remote, RemoteError, remote } from "@entente/pipe";
import { dialHub } from "./dialling.ts";
import { SdkError } from "./errors.ts";
import type { HubRemote } from "./host.ts";
import { a2aInterface, doorInterface, hubInterface } from "./interfaces.ts";

/** How to reach a hub. */
export interface HubAddress {
  /** `unix:PATH` of its socket, or its `http(s)://` address. Default: ENTENTE_HUB, else the socket in `.entente/run/`. */
  readonly hub?: string | undefined;
  /** A principal's token. Default: ENTENTE_TOKEN. Over the Unix socket none is needed: whoever may open it is the operator. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A pipe to a hub, past its door. */
export interface HubConnection {
  readonly endpoint: Endpoint;
  readonly hub: HubRemote;
  readonly a2a: Remote<(typeof a2aInterface)["methods"]>;
  /** Who the hub takes us for. */
  readonly principal: string;
  /** Where the hub is reachable over HTTP. */
  readonly url: string;
}

/** The address that is meant when none is given. */
export function defaultHub(): string {
  return process.env.ENTENTE_HUB ?? "unix:.entente/run/hub.sock";
}

/** Connects and passes the door. Throws HUB_ADDRESS_INVALID, HUB_UNREACHABLE, HUB_REFUSED. */
export async function connect(address: HubAddress = {}): Promise<HubConnection> {
  const { hub = defaultHub(), token = process.env.ENTENTE_TOKEN, signal } = address;
  const endpoint = await dialHub(hub, { token, signal });
  try {
    const { principal, url } = await remote(endpoint, doorInterface).enter({ token }, { signal });
    return { endpoint, hub: remote(endpoint, hubInterface), a2a: remote(endpoint, a2aInterface), principal, url };
  } catch (thrown) {
    endpoint.close();
    if (thrown instanceof RemoteError)
      throw new SdkError("HUB_REFUSED", { hub, problem: `${thrown.code}: ${thrown.message}` }, { cause: thrown });
    throw thrown;
  }
}
