import { PipeError } from "../errors.ts";
import { type Codec, codecs } from "../wire/body.ts";
import { type Header, kindNames, kinds } from "../wire/header.ts";
import type { ConnectionHooks } from "./agreement.ts";
import { Connection } from "./connection.ts";
import {
  type Greeting,
  maxGreetingBytes,
  parseRefusal,
  parseWelcome,
  type Refusal,
  type Resumption,
  toGreetingBytes,
  type Welcome,
  wireProtocol,
} from "./greeting.ts";
import type { Link } from "./link.ts";
import type { Settings } from "./settings.ts";
import { Wire, type WireOwner } from "./wire.ts";

// How long an answer to a greeting may take, where the caller's signal does not end it before.
const greetingMs = 5000;
// Pauses between attempts to get another link.
const firstPauseMs = 10;
const longestPauseMs = 1000;

/** What dialling a connection needs: an address for messages, and a way to get a link, now and again. */
export interface Way {
  readonly address: string;
  readonly open: (signal: AbortSignal | undefined) => Promise<Link>;
}

/** What a dialler says of itself. */
export interface DialConnectionOptions {
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The codecs to offer, where not every one will do. */
  readonly codecs?: readonly Codec[] | undefined;
}

/**
 * Opens a connection: gets a link, greets, and resolves when welcome. `made` is called in the turn of the welcome, before any later frame
 * is read. Rejects with what `way.open` rejects with, `INVITATION_REFUSED`, `GREETING_FAILED`, `DIAL_CANCELLED`.
 */
export async function dialConnection(
  way: Way,
  settings: Settings,
  options: DialConnectionOptions,
  hooks: ConnectionHooks,
  made: (connection: Connection) => void,
): Promise<Connection> {
  const { signal, token } = options;
  const link = await way.open(signal);
  const greeting: Greeting = {
    protocol: wireProtocol,
    maxFrameBytes: settings.maxFrameBytes,
    codecs: options.codecs ?? (settings.codec === undefined ? codecs : [settings.codec]),
    token,
    resumable: settings.resume !== undefined,
  };
  return await greet(way.address, link, greeting, settings, signal, (welcome, wire) => {
    const { codec, maxFrameBytes, session, secret } = welcome;
    const agreement = { role: "dialler", codec, peerMaxFrameBytes: maxFrameBytes, session } as const;
    const resumable = session !== undefined && secret !== undefined && settings.resume !== undefined;
    let epoch = 0;
    const resumption = (): Resumption => {
      epoch += 1;
      return { session: session ?? "", secret: secret ?? "", epoch, received: connection.received };
    };
    const connection: Connection = new Connection(agreement, settings, {
      ...hooks,
      ...(resumable && { suspended: () => void resume(way, connection, greeting, resumption, settings) }),
    });
    connection.attach(wire);
    made(connection);
    return connection;
  });
}

/** Tries for another link until one is welcome, resuming is refused, or the connection has given up. Never rejects. */
async function resume(
  way: Way,
  connection: Connection,
  greeting: Greeting,
  resumption: () => Resumption,
  settings: Settings,
): Promise<void> {
  let pauseMs = firstPauseMs;
  while (connection.suspended) {
    try {
      const link = await way.open(undefined);
      if (!connection.suspended) {
        link.destroy();
        return;
      }
      const word: Greeting = { ...greeting, token: undefined, resume: resumption() };
      await greet(way.address, link, word, settings, undefined, (welcome, wire) => {
        if (welcome.received !== undefined && connection.attach(wire, welcome.received)) return;
        wire.destroy();
        connection.resumeFailed("what the listener lacks is no longer kept here");
      });
      return;
    } catch (thrown) {
      if (thrown instanceof PipeError && thrown.code === "RESUME_FAILED") {
        connection.resumeFailed(String(thrown.details.reason));
        return;
      }
      await new Promise<void>((done) => settings.clock.after(pauseMs, done)); // the listener may come back: the grace period ends this
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    }
  }
}

function greet<T>(
  address: string,
  link: Link,
  greeting: Greeting,
  settings: Settings,
  signal: AbortSignal | undefined,
  welcome: (word: Welcome, wire: Wire) => T,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const settle = () => {
    disarm();
    signal?.removeEventListener("abort", abort);
  };
  const fail = (error: PipeError) => {
    settle();
    wire.destroy();
    reject(error);
  };
  const failed = (wanted: string, got: string) => fail(new PipeError("GREETING_FAILED", { address, wanted, got }));
  const abort = () => fail(new PipeError("DIAL_CANCELLED", { address }, { cause: signal?.reason }));
  const owner: WireOwner = {
    frame(header: Header, bytes, _view, start, end) {
      const word = bytes.subarray(start, end);
      const welcomed = header.kind === kinds.welcome ? parseWelcome(word) : undefined;
      const refusal = header.kind === kinds.refuse ? parseRefusal(word) : undefined;
      if (refusal !== undefined) fail(refused(address, refusal));
      else if (welcomed === undefined) failed("a welcome or a refusal", kindNames[header.kind] ?? `kind ${header.kind}`);
      else if (!greeting.codecs.includes(welcomed.codec)) failed("a codec that was offered", welcomed.codec);
      else {
        settle();
        resolve(welcome(welcomed, wire));
      }
    },
    unreadable: failed,
    drained() {}, // a greeting is smaller than any buffer
    lost: (reason) => failed("a welcome", reason),
  };
  const wire = new Wire(link, maxGreetingBytes, owner);
  const disarm = settings.clock.after(greetingMs, () => failed(`an answer within ${greetingMs} ms`, "none"));
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  else {
    wire.start();
    wire.say(kinds.greet, toGreetingBytes(greeting));
  }
  return promise;
}

function refused(address: string, { code, message }: Refusal): PipeError {
  if (code === "invitation") return new PipeError("INVITATION_REFUSED", { address, reason: message });
  if (code === "resume-failed") return new PipeError("RESUME_FAILED", { reason: message });
  return new PipeError("GREETING_FAILED", { address, wanted: "a welcome", got: `${code}: ${message}` });
}
