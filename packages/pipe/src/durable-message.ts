import type { MsgHdrs } from "@nats-io/nats-core";
import { BodyCodec, bytesOf, formOf, forms } from "./wire/body.ts";

/** What the names of this package's own headers start with. */
export const ownPrefix = "Entente-";

const idHeader = "Nats-Msg-Id";
// The server's default limit of a message, less the headers'.
const maxBytes = 1024 * 1024 - 16 * 1024;

/** The bytes of a body and the text of its form, which travels in a header. Throws `BodyError`. */
export function packDurable(body: unknown): { readonly data: Uint8Array; readonly form: string } {
  const packed = new BodyCodec("json", maxBytes).pack(body);
  return { data: bytesOf(packed), form: String(formOf(packed)) };
}

/** Headers of the client's own kind. */
export async function makeHeaders(fields: Readonly<Record<string, string>>): Promise<MsgHdrs> {
  const { headers } = await import("@nats-io/transport-node");
  const made = headers();
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
}

/** The sender's headers, without this package's and the server's. */
export function senderHeaders(headers: MsgHdrs | undefined): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const name of headers?.keys() ?? [])
    if (!name.startsWith(ownPrefix) && !name.startsWith("Nats-")) fields[name] = headers?.get(name) ?? "";
  return fields;
}

/** The id that a message was published with. */
export function idOf(headers: MsgHdrs | undefined): string | undefined {
  const id = headers?.get(idHeader);
  return id === undefined || id === "" ? undefined : id;
}

/** The body of a message, by the form that its header tells. Throws `BodyError`. */
export function readDurable(data: Uint8Array, headers: MsgHdrs | undefined): unknown {
  const form = Number(headers?.get(`${ownPrefix}Form`) || forms.bytes);
  const bytes = Buffer.from(data);
  return new BodyCodec("json", maxBytes).unpack(
    form,
    bytes,
    new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    0,
    bytes.length,
    false,
  );
}
