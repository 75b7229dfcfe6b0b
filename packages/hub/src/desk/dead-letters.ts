/** Durable channels (NATS JetStream) as the operator sees them: what could not be handled, and handing it out again. */
import { type DurableChannel, openDurableChannel, PipeError } from "@entente/pipe";
import { z } from "zod";
import { defineErrors } from "../base/errors.ts";

/** Errors of durable channels. */
export const durableErrors = defineErrors({
  DURABLE_CHANNEL_UNKNOWN: {
    status: 404,
    text: ({ channel, reason }: { channel: string; reason: string }) =>
      `There is no durable channel at ${channel}: ${reason}. Wanted a channel that an agent has opened, on a NATS server with JetStream.`,
  },
  DEAD_LETTER_UNKNOWN: {
    status: 404,
    text: ({ channel, sequence }: { channel: string; sequence: number }) =>
      `${channel} has no dead letter ${sequence}. It was handed out again already, or never was: list them.`,
  },
});

/** Where a channel is. */
export const channelAddress = z
  .string()
  .regex(/^nats:\/\/[^/\s]+:\d{1,5}\/[\w-]+(?:\.[\w-]+)*$/, "an address is nats://HOST:PORT/CHANNEL")
  .describe("nats://HOST:PORT/CHANNEL");

/** Opens a channel that is there, for `use`. Throws DURABLE_CHANNEL_UNKNOWN, DEAD_LETTER_UNKNOWN. */
export async function withChannel<T>(address: string, use: (channel: DurableChannel) => Promise<T>): Promise<T> {
  try {
    await using channel = await openDurableChannel(address, { make: false });
    return await use(channel);
  } catch (error) {
    if (!(error instanceof PipeError)) throw error;
    const { code, details, cause } = error;
    if (code === "DEAD_LETTER_UNKNOWN")
      throw durableErrors.DEAD_LETTER_UNKNOWN({ channel: address, sequence: Number(details.sequence) });
    if (code !== "ADDRESS_UNKNOWN") throw error;
    throw durableErrors.DURABLE_CHANNEL_UNKNOWN({
      channel: address,
      reason: cause instanceof Error ? cause.message : "it does not answer",
    });
  }
}
