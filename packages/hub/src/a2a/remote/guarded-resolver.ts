/**
 * Name resolution for gRPC that goes by the hub's guard: grpc-js asks it where a name leads and connects to what it answers,
 * so the addresses that were checked are the ones that are dialled, at every connection anew. The name itself stays what TLS
 * and HTTP/2 see. A name that turns to a forbidden address later keeps the connection it has and gets no other.
 */
import { type ChannelOptions, experimental, Metadata, status } from "@grpc/grpc-js";

/** Gives the addresses behind a host, all of them checked. */
export type AddressesOf = (host: string, port: number) => Promise<readonly string[]>;

const scheme = "entente-guarded";
const guardOption = "entente.addressesOf";
// Between two look-ups of a name that cannot be reached.
const restMs = 1000;

/** The target of a channel to `authority` (host:port), and the options without which it must not be opened. */
export function guardedTarget(authority: string, addressesOf: AddressesOf): [string, ChannelOptions] {
  return [
    `${scheme}:${authority}`,
    {
      [guardOption]: addressesOf,
      // A proxy would look the name up again; and what was checked for one agent is shared with no other.
      "grpc.enable_http_proxy": 0,
      "grpc.use_local_subchannel_pool": 1,
      "grpc.service_config_disable_resolution": 1,
      "grpc.initial_reconnect_backoff_ms": 250,
      "grpc.max_reconnect_backoff_ms": 5000,
    },
  ];
}

class GuardedResolver implements experimental.Resolver {
  readonly #target: experimental.GrpcUri;
  readonly #listener: experimental.ResolverListener;
  readonly #addressesOf: AddressesOf;
  #asked: object | undefined;
  #timer: NodeJS.Timeout | undefined;
  #answeredAt = Number.NEGATIVE_INFINITY;

  constructor(target: experimental.GrpcUri, listener: experimental.ResolverListener, options: ChannelOptions) {
    this.#target = target;
    this.#listener = listener;
    this.#addressesOf = options[guardOption];
  }

  static getDefaultAuthority({ path }: experimental.GrpcUri): string {
    return path;
  }

  updateResolution(): void {
    if (this.#asked || this.#timer) return;
    const waitMs = this.#answeredAt + restMs - performance.now();
    if (waitMs <= 0) this.#ask();
    else
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#ask();
      }, waitMs).unref();
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#asked = undefined;
    this.#answeredAt = Number.NEGATIVE_INFINITY;
  }

  #ask(): void {
    const asked = {};
    this.#asked = asked;
    this.#endpoints().then((answer) => {
      // Nobody waits for an answer that comes after `destroy`.
      if (this.#asked !== asked) return;
      this.#asked = undefined;
      this.#answeredAt = performance.now();
      this.#listener(answer, {}, null, "");
    });
  }

  async #endpoints(): Promise<experimental.StatusOr<experimental.Endpoint[]>> {
    const at = experimental.splitHostPort(this.#target.path);
    try {
      const { host = "", port = 0 } = at ?? {};
      const addresses = await this.#addressesOf(host, port);
      return experimental.statusOrFromValue(addresses.map((address) => ({ addresses: [{ host: address, port }] })));
    } catch (error) {
      const details = error instanceof Error ? error.message : String(error);
      return experimental.statusOrFromError({ code: status.UNAVAILABLE, details, metadata: new Metadata() });
    }
  }
}

experimental.registerResolver(scheme, GuardedResolver);
