/**
 * Endpoints on any two machines that reach one NATS server: an address is `nats://HOST:PORT/SUBJECT`. A dialler asks on the subject and is given an
 * inbox of its own; from then on it is a connection like any over bytes: greeting, invitations, heartbeats (NATS tells nobody that a peer has
 * died), and resuming over a restart of the server. Core NATS delivers at most once; what has to survive belongs in a durable channel.
 *
 * For ends on one machine a Unix socket is ten times faster.
 */
import { randomBytes } from "node:crypto";
import type { Listener } from "../binding.ts";
import {
  type AcceptPipe,
  dialEndpoints,
  receiveEndpoints,
  type WireBinding,
  type WireDialOptions,
  type WireListenOptions,
} from "../connection/endpoints.ts";
import type { Link } from "../connection/link.ts";
import type { Endpoint } from "../endpoint.ts";
import { PipeError } from "../errors.ts";
import { type NatsClient, natsClient, parseNatsAddress } from "../nats-client.ts";
import { NatsLink } from "../nats-link.ts";

/** The binding `nats`: addresses are `nats://HOST:PORT/SUBJECT`. */
export const binding: WireBinding = { name: "nats", listen, dial, dialNamed };

const defaultServer = "127.0.0.1:4222";
const answerMs = 2000;
// What a listener is asked when somebody else wants its subject.
const probe = "?";

async function listen(wanted: string, accept: AcceptPipe, options: WireListenOptions = {}): Promise<Listener> {
  const address = wanted === "" ? `nats://${defaultServer}/entente.${randomBytes(12).toString("hex")}` : wanted;
  const { server, subject } = parseNatsAddress(address);
  const reception = receiveEndpoints(accept, options);
  const client = await natsClient(server);
  try {
    if (await answers(client, subject)) throw new PipeError("ADDRESS_TAKEN", { address });
  } catch (thrown) {
    client.release();
    throw thrown;
  }
  const subscription = client.connection.subscribe(subject, {
    callback: (error, message) => {
      if (error !== null) return;
      const peer = message.string();
      if (peer === probe) message.respond(probe);
      else if (peer.startsWith("_INBOX."))
        void natsClient(server).then((share) => {
          const inbox = share.inbox();
          reception.receive(new NatsLink(share, inbox, peer));
          message.respond(inbox);
        });
    },
  });
  await client.connection.flush(); // the server knows of the subscription before anybody is told the address
  let open = true;
  const close = async () => {
    if (!open) return;
    open = false;
    subscription.unsubscribe();
    reception.close();
    await client.connection.flush().catch(() => undefined); // out of reach: then nobody can ask either
    client.release();
  };
  return { address, close, [Symbol.asyncDispose]: close };
}

async function dial(address: string, options: WireDialOptions = {}): Promise<Endpoint> {
  const [endpoint] = await dialNamed(address, [""], options);
  return endpoint!;
}

async function dialNamed(address: string, names: readonly string[], options: WireDialOptions = {}): Promise<readonly Endpoint[]> {
  const { server, subject } = parseNatsAddress(address);
  const open = (signal: AbortSignal | undefined) => knock(address, server, subject, signal);
  return await dialEndpoints({ address, open }, names, options);
}

async function knock(address: string, server: string, subject: string, signal: AbortSignal | undefined): Promise<Link> {
  const cancelled = () => new PipeError("DIAL_CANCELLED", { address }, { cause: signal?.reason });
  if (signal?.aborted) throw cancelled();
  const client = await natsClient(server);
  const inbox = client.inbox();
  const link = new NatsLink(client, inbox);
  try {
    const answer = await client.connection.request(subject, inbox, { timeout: answerMs });
    link.towards(answer.string());
  } catch (cause) {
    link.destroy();
    throw new PipeError("ADDRESS_UNKNOWN", { address }, { cause });
  }
  if (!signal?.aborted) return link;
  link.destroy();
  throw cancelled();
}

async function answers(client: NatsClient, subject: string): Promise<boolean> {
  try {
    await client.connection.request(subject, probe, { timeout: answerMs });
    return true;
  } catch {
    return false; // nobody is there
  }
}
