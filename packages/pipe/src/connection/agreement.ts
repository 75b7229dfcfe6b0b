import type { CloseCode } from "../frame.ts";
import type { Codec } from "../wire/body.ts";
import type { Route } from "./route.ts";

/** What both ends have agreed on. */
export interface Agreement {
  readonly role: "dialler" | "listener";
  readonly codec: Codec;
  /** The most bytes of a payload that the peer takes. */
  readonly peerMaxFrameBytes: number;
  /** Set when the connection may go on over another link. */
  readonly session?: string | undefined;
}

/** What a connection tells its maker. */
export interface ConnectionHooks {
  /** The peer opened a pipe; the answer takes its frames, or is why it is refused. `carried` pipes come inside a message and have no name. */
  opened?(pipe: number, name: string, carried: boolean): Route | string;
  /** A pipe that was opened to be carried, and is not kept with `keepCarried`, came in a body that nobody gets. */
  unwanted?(pipe: number): void;
  /** The link is lost and another one is wanted: `attach` it. */
  suspended?(): void;
  /** The connection is over; called once. */
  ended?(reason: string, code: CloseCode): void;
}
