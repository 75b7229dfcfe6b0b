/**
 * One direction of a pipe that is passed on, as the program in the middle sees it: what the sender has sent, what the receiver acknowledged, and
 * what the sender was told of that. The receiver's allowance is passed on up to a limit of the middle's own, so what the middle can be made
 * to hold is bounded whatever two ends agree on. Pure: numbers in, numbers out.
 *
 * A receiver that allows more than the limit acknowledges too late for a sender that was told less. So the middle adds, while what it sends
 * does not pile up here, the difference: `sender may have sent <= acknowledged + receiver's allowance`, as without it.
 *
 * Rejected: to stop reading the sender's connection while the receiver's takes nothing, as a relay does. Each guest of a relay has a
 * connection of its own behind it; here one slow receiver would stop everything else that the sender says.
 */
import { defaultLimits, firstAllowance } from "../limits.ts";
import { type Amount, credible, creditDue, mayEnter } from "../window.ts";

/** See the head of this file. */
export class PassingWindow {
  #sent: Amount = { messages: 0, bytes: 0 };
  #acknowledged: Amount = { messages: 0, bytes: 0 };
  #told: Amount = { messages: 0, bytes: 0 };
  #allowed: Amount = firstAllowance;
  #passed: Amount = firstAllowance;

  /** The receiver allows this much; the answer is what the sender is told. */
  allow(allowed: Amount): Amount {
    this.#allowed = allowed;
    this.#passed = {
      messages: Math.min(allowed.messages, defaultLimits.messages),
      bytes: Math.min(allowed.bytes, defaultLimits.bytes),
    };
    return this.#passed;
  }

  /** The sender sends a message of `size` bytes; false when it was not allowed to. */
  enter(size: number): boolean {
    if (!mayEnter(this.#sent, this.#told, this.#passed)) return false;
    this.#sent = { messages: this.#sent.messages + 1, bytes: this.#sent.bytes + size };
    return true;
  }

  /** The receiver acknowledged; false when it cannot have received that. */
  acknowledge(claimed: Amount): boolean {
    if (!credible(this.#sent, this.#acknowledged, claimed)) return false;
    this.#acknowledged = claimed;
    return true;
  }

  /** What the sender is to be told now, if anything. `flowing` says that nothing of what was passed on has piled up. */
  due(flowing: boolean): Amount | undefined {
    const told = { messages: this.#creditOf("messages", flowing), bytes: this.#creditOf("bytes", flowing) };
    if (!creditDue(told, this.#told, this.#passed)) return undefined;
    this.#told = told;
    return told;
  }

  #creditOf(what: keyof Amount, flowing: boolean): number {
    const more = flowing ? this.#allowed[what] - this.#passed[what] : 0;
    return Math.max(this.#told[what], Math.min(this.#sent[what], this.#acknowledged[what] + more));
  }
}
