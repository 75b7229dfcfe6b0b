import { defineInterface, unchecked } from "@entente/pipe";

/** An A2A-like message of about 1 KB. */
export interface Message {
  readonly messageId: string;
  readonly contextId: string;
  readonly role: string;
  readonly parts: readonly { readonly kind: string; readonly text: string }[];
  readonly metadata: Readonly<Record<string, string | number>>;
}

/** About 1 KB of JSON. */
export function makeMessage(): Message {
  return {
    messageId: "0193c2a5-6d7e-7a31-9f0b-1f2e3d4c5b6a",
    contextId: "0193c2a5-6d7e-7a31-9f0b-aaaaaaaaaaaa",
    role: "user",
    parts: [
      { kind: "text", text: "solve this: ".repeat(35) },
      { kind: "text", text: "and explain ".repeat(30) },
    ],
    metadata: { priority: 3, source: "bench", price: 12.5, unit: "credits" },
  };
}

/** A schema of our own that looks at every field, as a compiled validator would. */
const message = {
  parse(value: unknown): Message {
    const m = value as Message; // why: the fields are looked at below
    const texts = [m.messageId, m.contextId, m.role].every((text) => typeof text === "string");
    const parts =
      Array.isArray(m.parts) && m.parts.every((part) => typeof part.kind === "string" && typeof part.text === "string");
    if (!texts || !parts || typeof m.metadata !== "object") throw new TypeError("wanted a message");
    return m;
  },
};

const methods = {
  echo: { ordinal: 1, kind: "call", input: message, output: message },
  blob: { ordinal: 2, kind: "call", input: unchecked<Uint8Array<ArrayBuffer>>(), output: unchecked<Uint8Array<ArrayBuffer>>() },
} as const;

/** Gives back what it is given. */
export const echo = defineInterface({ name: "echo", version: 1, methods });

/** The same under another id, for ends that run the schemas. */
export const checkedEcho = defineInterface({ name: "checked echo", version: 1, id: 1, methods });
