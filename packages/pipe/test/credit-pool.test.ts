import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { closeShare, drainItem, endShare, openShare, type Pool, readItem, receiveItem, type Share } from "../src/credit-pool.ts";

const total: Pool = { messages: 32, bytes: 10_000 };

test("a lone stream gets half the pool and is topped up when its producer has used half of that", () => {
  let [pool, share] = openShare(total);
  assert.deepEqual(share.credit, { messages: 16, bytes: 5000 });
  const grants: number[] = [];
  for (let i = 0; i < 64; i++) {
    share = receiveItem(share, 10) ?? assert.fail("no credit");
    const [nextPool, nextShare, grant] = readItem(pool, share, 10);
    [pool, share] = [nextPool, nextShare];
    if (grant !== undefined) grants.push(grant.messages);
  }
  assert.deepEqual(grants, [8, 8, 8, 8, 8, 8, 8, 8]);
});

test("an item without credit is refused", () => {
  let [, share] = openShare({ messages: 1, bytes: 1 });
  assert.deepEqual(share.credit, { messages: 1, bytes: 1 });
  share = receiveItem(share, 1_000_000) ?? assert.fail("the first may overshoot in bytes");
  assert.equal(receiveItem(share, 0), undefined);
});

// One producer for each stream that sends whenever it may: so the bound is met by the pool alone.
test("shares never hold more than the pool and one message a stream, never starve a stream, and all comes back", () => {
  const action = fc.record({
    do: fc.constantFrom("open", "send", "read", "end", "close"),
    pick: fc.nat(100),
    size: fc.nat(3000),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
      let pool = total;
      const open: { share: Share; sizes: number[]; ended: boolean }[] = [];
      for (const { do: what, pick, size } of actions) {
        const stream = open[pick % Math.max(1, open.length)];
        if (what === "open") {
          const [next, share] = openShare(pool);
          pool = next;
          open.push({ share, sizes: [], ended: false });
        } else if (stream === undefined) continue;
        else if (what === "send" && !stream.ended) {
          const received = receiveItem(stream.share, size);
          if (received !== undefined) {
            stream.share = received;
            stream.sizes.push(size);
          } else assert.ok(stream.sizes.length > 0, "a stream whose items are all read may always send one");
        } else if (what === "read" && stream.sizes.length > 0) {
          const taken = stream.sizes.shift()!;
          if (stream.ended) [pool, stream.share] = drainItem(pool, stream.share, taken);
          else [pool, stream.share] = readItem(pool, stream.share, taken);
        } else if (what === "end" && !stream.ended) {
          [pool, stream.share] = endShare(pool, stream.share);
          stream.ended = true;
        } else if (what === "close") {
          pool = closeShare(pool, stream.share);
          open.splice(open.indexOf(stream), 1);
        }
        const held = open.reduce((sum, { share }) => sum + share.credit.messages + share.buffered.messages, 0);
        assert.ok(held <= total.messages + open.length, `${held} held by ${open.length}`);
        assert.equal(held + pool.messages, total.messages, "no credit is made or lost");
      }
      for (const stream of open) pool = closeShare(pool, stream.share);
      assert.deepEqual(pool, total);
    }),
    { seed: 3, numRuns: 1000 },
  );
});
