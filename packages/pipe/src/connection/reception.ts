import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Invitations } from "../invitation.ts";
import type { Codec } from "../wire/body.ts";
import { type Header, kindNames, kinds } from "../wire/header.ts";
import type { ConnectionHooks } from "./agreement.ts";
import { Connection } from "./connection.ts";
import {
  type Greeting,
  maxGreetingBytes,
  parseGreeting,
  type Refusal,
  type Resumption,
  toGreetingBytes,
  type Welcome,
  wireProtocol,
} from "./greeting.ts";
import type { Link } from "./link.ts";
import type { Settings } from "./settings.ts";
import { Wire, type WireOwner } from "./wire.ts";

// A stranger that says nothing does not keep a place.
const greetingMs = 5000;
// Strangers that may be under way at once.
const maxStrangers = 256;

const noListener = "the listener was closed";

interface Session {
  readonly connection: Connection;
  readonly secret: Buffer;
  epoch: number;
}

/** What a listener makes of one connection. */
export interface Hosting extends ConnectionHooks {
  /** The codec to speak, and the most bytes to take, where they are not the listener's to choose. */
  readonly codec?: Codec | undefined;
  readonly maxFrameBytes?: number | undefined;
  /** Called in the turn of the welcome, before any later frame is read. */
  made?(connection: Connection): void;
}

/**
 * Hosts a connection that may come in; `names` are the pipes its invitation allows, undefined for any. A promise keeps the guest waiting,
 * and one that rejects turns it away.
 */
export type Host = (names: ReadonlySet<string> | undefined, greeting: Greeting) => Hosting | Promise<Hosting>;

/** The door of a listener: reads greetings, checks invitations, lets in, and joins new links to the connections they resume. */
export class Reception {
  readonly #settings: Settings;
  readonly #invitations: Invitations | undefined;
  readonly #host: Host;
  readonly #sessions = new Map<string, Session>();
  readonly #connections = new Set<Connection>();
  #closed = false;
  readonly #strangers = new Map<Wire, () => void>(); // each with what ends its time limit

  constructor(settings: Settings, invitations: Invitations | undefined, host: Host) {
    this.#settings = settings;
    this.#invitations = invitations;
    this.#host = host;
  }

  /** Somebody came. */
  receive(link: Link): void {
    const owner: WireOwner = {
      frame: (header: Header, bytes, _view, start, end) => {
        done();
        const greeting = header.kind === kinds.greet ? parseGreeting(bytes.subarray(start, end)) : undefined;
        if (greeting !== undefined) this.#answer(wire, greeting);
        else
          refuse(wire, {
            code: "protocol",
            message: `wanted a greeting; got ${kindNames[header.kind] ?? `kind ${header.kind}`}`,
          });
      },
      unreadable: (wanted, got) => {
        done();
        refuse(wire, { code: "protocol", message: `wanted ${wanted}; got ${got}` });
      },
      drained() {}, // a refusal is smaller than any buffer
      lost: () => done(),
    };
    const wire = new Wire(link, maxGreetingBytes, owner);
    const disarm = this.#settings.clock.after(greetingMs, () => {
      this.#strangers.delete(wire);
      wire.destroy();
    });
    const done = () => {
      disarm();
      this.#strangers.delete(wire);
    };
    if (this.#strangers.size < maxStrangers) {
      this.#strangers.set(wire, disarm);
      wire.start();
    } else {
      disarm();
      wire.start();
      refuse(wire, { code: "busy", message: `wanted at most ${maxStrangers} greetings under way; this is one more` });
    }
  }

  /** Ends every connection that was let in, also one that waits for another link. */
  end(reason: string): void {
    for (const connection of [...this.#connections])
      if (connection.suspended) connection.resumeFailed(reason);
      else connection.close(reason);
  }

  /** Sends the strangers away and forgets the sessions that wait for a link; connections that were let in stay. */
  close(): void {
    this.#closed = true;
    for (const [wire, disarm] of this.#strangers) {
      disarm();
      wire.destroy();
    }
    this.#strangers.clear();
    for (const { connection } of [...this.#sessions.values()]) if (connection.suspended) connection.resumeFailed(noListener);
  }

  #answer(wire: Wire, greeting: Greeting): void {
    const codec = greeting.codecs.find((one) => this.#settings.codec === undefined || this.#settings.codec === one);
    const refusal = this.#refusal(greeting, codec);
    if (refusal !== undefined || codec === undefined)
      refuse(wire, refusal ?? { code: "codec", message: "wanted a codec; got none" });
    else if (greeting.resume !== undefined) this.#resume(wire, codec, greeting.resume);
    else this.#letIn(wire, codec, greeting);
  }

  #refusal({ protocol, resume }: Greeting, codec: Codec | undefined): Refusal | undefined {
    if (protocol !== wireProtocol) return { code: "protocol", message: `wanted wire protocol ${wireProtocol}; got ${protocol}` };
    if (codec === undefined)
      return { code: "codec", message: `wanted ${this.#settings.codec ?? "records or json"}; got none of it` };
    if (resume === undefined) return undefined;
    const failed = (message: string): Refusal => ({ code: "resume-failed", message });
    const session = this.#sessions.get(resume.session);
    if (session === undefined || !isSecret(session.secret, resume.secret)) return failed("no such session is kept here");
    if (resume.epoch <= session.epoch) return failed(`wanted an epoch above ${session.epoch}; got ${resume.epoch}`);
    if (codec !== session.connection.agreement.codec) return failed(`wanted the session's codec; got ${codec}`);
    return undefined;
  }

  #letIn(wire: Wire, codec: Codec, greeting: Greeting): void {
    const invited = this.#invitations?.redeem(greeting.token);
    if (this.#invitations !== undefined && invited === undefined) {
      refuse(wire, { code: "invitation", message: "wanted an unused token of an invitation; got another or none" });
      return;
    }
    const hosting = this.#host(invited?.names, greeting);
    if (hosting instanceof Promise) this.#keepWaiting(wire, codec, greeting, hosting);
    else this.#open(wire, codec, greeting, hosting);
  }

  #keepWaiting(wire: Wire, codec: Codec, greeting: Greeting, hosting: Promise<Hosting>): void {
    let waiting = true;
    const leave = () => {
      waiting = false;
      void hosting.then(
        (host) => host.ended?.("the guest left", "gone"),
        () => {},
      ); // who cannot host has nothing to end
    };
    const owner: WireOwner = {
      frame: () => owner.unreadable("nothing before the welcome", "a frame"),
      unreadable: (wanted, got) => {
        leave();
        refuse(wire, { code: "protocol", message: `wanted ${wanted}; got ${got}` });
      },
      drained() {}, // nothing was written yet
      lost: leave,
    };
    wire.give(owner, maxGreetingBytes);
    hosting.then(
      (host) => {
        if (waiting) this.#open(wire, codec, greeting, host);
      },
      (thrown: unknown) => {
        if (waiting) refuse(wire, { code: "busy", message: thrown instanceof Error ? thrown.message : String(thrown) });
      },
    );
  }

  #open(wire: Wire, wanted: Codec, greeting: Greeting, hooks: Hosting): void {
    const { codec = wanted, maxFrameBytes = this.#settings.maxFrameBytes } = hooks;
    const resumable = greeting.resumable && this.#settings.resume !== undefined;
    const session = resumable ? randomBytes(16).toString("hex") : undefined;
    const secret = randomBytes(32);
    const agreement = { role: "listener", codec, peerMaxFrameBytes: greeting.maxFrameBytes, session } as const;
    const connection: Connection = new Connection(
      agreement,
      { ...this.#settings, maxFrameBytes },
      {
        ...hooks,
        suspended: () => {
          if (this.#closed) connection.resumeFailed(noListener);
        },
        ended: (reason, code) => {
          this.#connections.delete(connection);
          if (session !== undefined) this.#sessions.delete(session);
          hooks.ended?.(reason, code);
        },
      },
    );
    this.#connections.add(connection);
    if (session !== undefined) this.#sessions.set(session, { connection, secret, epoch: 0 });
    this.#welcome(wire, {
      codec,
      maxFrameBytes,
      session,
      secret: session === undefined ? undefined : secret.toString("base64url"),
    });
    connection.attach(wire);
    hooks.made?.(connection);
  }

  // A later epoch takes the place of an earlier one, whose link is cut: an old peer cannot speak after a new one.
  #resume(wire: Wire, codec: Codec, resume: Resumption): void {
    const session = this.#sessions.get(resume.session);
    if (session === undefined) return;
    session.epoch = resume.epoch;
    session.connection.detach();
    const { maxFrameBytes } = this.#settings;
    this.#welcome(wire, { codec, maxFrameBytes, session: resume.session, received: session.connection.received });
    if (session.connection.attach(wire, resume.received)) return;
    session.connection.resumeFailed("what the dialler lacks is no longer kept here");
    wire.destroy();
  }

  #welcome(wire: Wire, word: Omit<Welcome, "protocol">): void {
    wire.say(kinds.welcome, toGreetingBytes({ protocol: wireProtocol, ...word }));
  }
}

function refuse(wire: Wire, refusal: Refusal): void {
  wire.say(kinds.refuse, toGreetingBytes(refusal));
  wire.end();
}

function isSecret(kept: Buffer, told: string): boolean {
  const given = Buffer.from(told, "base64url");
  return given.length === kept.length && timingSafeEqual(given, kept);
}
