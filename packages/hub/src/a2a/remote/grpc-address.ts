/**
 * Where an agent card's GRPC interface leads. Cards spell it as a URL (`https://agent.example/a2a`), as a gRPC target
 * (`dns:///agent.example:443`) or bare (`agent.example:443`). What the card does not say is whether a bare address speaks TLS:
 * only one that is plainly inside (loopback, a private range) is spoken to without, since calls carry a token.
 */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** A gRPC server's address; `host` is a name, or an address without brackets. */
export interface GrpcAddress {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

const schemes: Readonly<Record<string, boolean>> = { https: true, grpcs: true, http: false, grpc: false };

/** Reads an address; undefined when it is none. */
export function grpcAddress(text: string): GrpcAddress | undefined {
  const bareText = text.replace(/^dns:(\/\/\/)?/, "");
  const [, scheme] = /^([a-z]+):\/\//.exec(bareText) ?? [];
  const known = scheme === undefined ? undefined : schemes[scheme];
  if (scheme !== undefined && known === undefined) return undefined;
  // Read as http, so that hosts and ports are judged by the rules of URLs under every scheme.
  const rest = scheme === undefined ? bareText : bareText.slice(scheme.length + 3);
  if (!URL.canParse(`http://${rest}`)) return undefined;
  const { hostname, port, username, password, pathname } = new URL(`http://${rest}`);
  if (hostname === "" || username !== "" || password !== "" || (scheme === undefined && pathname !== "/")) return undefined;
  const host = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  const secure = known ?? !isInside(host);
  const said = /:(\d+)(?:[/?#]|$)/.exec(rest)?.[1];
  return { host, port: Number(port || said || (secure ? 443 : 80)), secure };
}

/** An address as `host:port`. */
export function hostPort({ host, port }: GrpcAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function isInside(host: string): boolean {
  if (isIP(host) === 0) return host === "localhost" || host.endsWith(".localhost");
  return ipaddr.process(host).range() !== "unicast";
}
