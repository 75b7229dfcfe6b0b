/**
 * The allowance of one direction of a pipe. The sender counts what it sent, the receiver tells how much it received, both since the
 * beginning: totals instead of differences, so an acknowledgement that is lost or repeated does no harm (as TCP's). The receiver
 * acknowledges at half its limit, so a busy sender never stops and a quiet pipe carries one credit frame for 128 messages.
 */

/** Messages and bytes. */
export interface Amount {
  readonly messages: number;
  readonly bytes: number;
}

/** Whether another ordered frame may be sent. A frame may overshoot the bytes, so one larger than the limit still passes, alone. */
export function mayEnter(sent: Amount, acknowledged: Amount, limit: Amount): boolean {
  return sent.messages - acknowledged.messages < limit.messages && sent.bytes - acknowledged.bytes < limit.bytes;
}

/** Whether the receiver should acknowledge now. */
export function creditDue(received: Amount, acknowledged: Amount, limit: Amount): boolean {
  return (
    (received.messages - acknowledged.messages) * 2 >= limit.messages || (received.bytes - acknowledged.bytes) * 2 >= limit.bytes
  );
}

/** Whether an acknowledgement can be true: not less than the last one, not more than was sent. */
export function credible(sent: Amount, acknowledged: Amount, claimed: Amount): boolean {
  return (
    claimed.messages >= acknowledged.messages &&
    claimed.messages <= sent.messages &&
    claimed.bytes >= acknowledged.bytes &&
    claimed.bytes <= sent.bytes
  );
}
