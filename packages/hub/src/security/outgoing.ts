/**
 * The one way out to addresses that others name (webhooks). A hub stands inside somebody's network, so a URL from outside must
 * not make it knock at doors there: only http and https, only public addresses. What counts is the address connected to -
 * URL parsing has turned decimal, octal and hexadecimal spellings into it, an IPv4 address inside an IPv6 one is taken out of
 * it, and a name is looked up once, for the check and for the connection alike. undici asks no lookup for literal addresses,
 * so these are checked beside it. Redirects are answers like any other and are not followed.
 */
import { type LookupAddress, type LookupAllOptions, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import type { Agent } from "undici";
import { defineErrors } from "../base/errors.ts";

export const outgoingErrors = defineErrors({
  URL_FORBIDDEN: {
    status: 400,
    text: (d: { url: string; problem: string }) => `the hub does not call ${d.url}: ${d.problem}`,
  },
  ADDRESS_FORBIDDEN: {
    status: 400,
    text: (d: { host: string; address: string; range: string }) =>
      `the hub does not connect to ${d.host}: ${d.address} is no public address (${d.range}); an operator may allow it in net.allowPrivate`,
  },
  ALLOWANCE_INVALID: {
    status: 400,
    text: (d: { got: string }) => `net.allowPrivate wants host:port or an address range as 10.0.0.0/8; got "${d.got}"`,
  },
});

const connectMs = 5000;
const answerBytes = 64 * 1024;

/** What is posted. */
export interface Posting {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Looks a name up; node's own unless a test stands in for the network. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: Error | null, found: LookupAddress[]) => void,
) => void;

/** Guarded requests. `allowPrivate` holds `host:port` and CIDR ranges that may be called although they are not public. */
export class Outgoing implements AsyncDisposable {
  readonly #named: ReadonlySet<string>;
  readonly #ranges: readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[];
  #opened: Promise<Agent> | undefined;
  readonly #resolve: Resolve;

  constructor(allowPrivate: readonly string[], resolve: Resolve = lookup) {
    this.#resolve = resolve;
    this.#named = new Set(allowPrivate.filter((entry) => !entry.includes("/")).map(hostAndPort));
    this.#ranges = allowPrivate.filter((entry) => entry.includes("/")).map(rangeOf);
  }

  /** Checks what can be known of a URL without asking anybody. Throws URL_FORBIDDEN or ADDRESS_FORBIDDEN. */
  check(text: string): URL {
    if (!URL.canParse(text)) throw outgoingErrors.URL_FORBIDDEN({ url: JSON.stringify(text), problem: "it is no URL" });
    const url = new URL(text);
    const { protocol, hostname } = url;
    const forbid = (problem: string) => outgoingErrors.URL_FORBIDDEN({ url: `${protocol}//${url.host}`, problem });
    if (protocol !== "https:" && protocol !== "http:") throw forbid("wanted http or https");
    if (url.username !== "" || url.password !== "") throw forbid("wanted no name and password in it");
    if (this.#named.has(`${hostname}:${url.port || defaultPort(protocol)}`)) return url;
    const problem = this.#problemOf(hostname, bare(hostname));
    if (problem) throw problem;
    if (hostname === "localhost" || hostname.endsWith(".localhost"))
      throw outgoingErrors.ADDRESS_FORBIDDEN({ host: hostname, address: hostname, range: "loopback" });
    return url;
  }

  /** Posts; gives the status of the answer. Throws what `check` throws, and whatever keeps the answer away. */
  async post(text: string, { headers, body, timeoutMs, signal }: Posting): Promise<number> {
    const url = this.check(text);
    const limit = AbortSignal.timeout(timeoutMs);
    this.#opened ??= this.#open();
    const { request } = await import("undici");
    const answer = await request(url, {
      dispatcher: await this.#opened,
      method: "POST",
      headers,
      body,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    await answer.body.dump({ limit: answerBytes });
    return answer.statusCode;
  }

  /** `fetch` for addresses that others name. A redirect is refused. Throws what `check` throws, and whatever fetch does. */
  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = this.check(input instanceof Request ? input.url : String(input));
    this.#opened ??= this.#open();
    const undici = await import("undici");
    const { headers, body, method = "GET", signal } = input instanceof Request ? input : init;
    const response = await undici.fetch(url, {
      method,
      ...(headers ? { headers: [...new Headers(headers)] } : {}),
      // As bytes: not every body is text.
      ...(typeof body === "string" ? { body } : body ? { body: new Uint8Array(await new Response(body).arrayBuffer()) } : {}),
      ...(signal ? { signal } : {}),
      dispatcher: await this.#opened,
      redirect: "manual",
    });
    if (response.status >= 300 && response.status < 400)
      throw outgoingErrors.URL_FORBIDDEN({
        url: url.origin,
        problem: `it redirects to ${response.headers.get("location") ?? "nowhere"}`,
      });
    return response as unknown as Response; // why: undici's own Response is node's, under another declaration
  };

  /**
   * The addresses behind a host, each of them checked, for whoever connects by other means than HTTP: it must connect to one
   * of these and look nothing up again. Throws ADDRESS_FORBIDDEN, and whatever keeps a name from being found.
   */
  async addressesOf(host: string, port: number): Promise<readonly string[]> {
    const found = isIP(host) === 0 ? await this.#found(host) : [{ address: host }];
    const problem = this.#named.has(`${host.includes(":") ? `[${host}]` : host}:${port}`)
      ? undefined
      : this.#problemIn(host, found);
    if (problem) throw problem;
    return found.map(({ address }) => address);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#opened)?.destroy();
  }

  // undici is loaded by the first who calls out.
  async #open(): Promise<Agent> {
    const { Agent, buildConnector } = await import("undici");
    const open = buildConnector({ timeout: connectMs });
    const guarded = buildConnector({ timeout: connectMs, lookup: this.#lookup });
    return new Agent({
      // Streams rest as long as they like; whoever asks brings a limit of time.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => {
        const { hostname, port, protocol } = options;
        // undici gives an IPv6 address without its brackets.
        const host = bare(hostname).includes(":") ? `[${bare(hostname)}]` : hostname;
        if (this.#named.has(`${host}:${port || defaultPort(protocol)}`)) return open(options, callback);
        const problem = this.#problemOf(hostname, bare(hostname));
        if (problem) return callback(problem, null);
        return guarded(options, callback);
      },
    });
  }

  readonly #lookup: LookupFunction = (hostname, options, callback) => {
    this.#resolve(hostname, { ...options, all: true }, (error, found) => {
      const problem = error ?? this.#problemIn(hostname, found);
      if (problem) return callback(problem, "", 0);
      if (options.all) return callback(null, [...found]);
      callback(null, found[0]?.address ?? "", found[0]?.family);
    });
  };

  #found(host: string): Promise<readonly LookupAddress[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly LookupAddress[]>();
    this.#resolve(host, { all: true }, (error, found) => (error ? reject(error) : resolve(found)));
    return promise;
  }

  // One address among them that is forbidden spoils all: which one is dialled is not ours to say.
  #problemIn(host: string, found: readonly { readonly address: string }[]): Error | undefined {
    for (const { address } of found) {
      const problem = this.#problemOf(host, address);
      if (problem) return problem;
    }
    return undefined;
  }

  // What is wrong with connecting to an address; a name is judged when it is looked up.
  #problemOf(host: string, address: string): Error | undefined {
    if (isIP(address) === 0) return undefined;
    const plain = ipaddr.process(address);
    const range = plain.range();
    if (range === "unicast" || this.#ranges.some(([base, bits]) => plain.kind() === base.kind() && plain.match(base, bits)))
      return undefined;
    return outgoingErrors.ADDRESS_FORBIDDEN({ host, address, range });
  }
}

function bare(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

function defaultPort(protocol: string): string {
  return protocol === "https:" ? "443" : "80";
}

// As a URL spells them: lower case, addresses in their usual form.
function hostAndPort(entry: string): string {
  const text = `http://${entry}`;
  if (!/:\d+$/.test(entry) || !URL.canParse(text)) throw outgoingErrors.ALLOWANCE_INVALID({ got: entry });
  const { hostname, port } = new URL(text);
  return `${hostname}:${port || "80"}`;
}

function rangeOf(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (!ipaddr.isValidCIDR(entry)) throw outgoingErrors.ALLOWANCE_INVALID({ got: entry });
  return ipaddr.parseCIDR(entry);
}
