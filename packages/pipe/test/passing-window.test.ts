import assert from "node:assert/strict";
import { test } from "node:test";
import { PassingWindow } from "../src/connection/passing-window.ts";
import { type Amount, creditDue, mayEnter } from "../src/window.ts";
import { mulberry32 } from "./frame-fuzz.ts";

const none: Amount = { messages: 0, bytes: 0 };
const middle = { messages: 256, bytes: 1024 * 1024 };

test("in 300 seeded runs a sender gets everything through, the receiver within its allowance and the middle within its own", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = mulberry32(seed);
    const number = (below: number) => Math.floor(random() * below);
    const allowed = { messages: 8 + number(2000), bytes: 65_536 + number(8 * 1024 * 1024) };
    const largest = [10, 5000, 400_000][number(3)]!;
    const window = new PassingWindow();
    const passed = window.allow(allowed);
    let [sent, credited, acknowledged] = [none, none, none]; // the sender's count and what it was told; the receiver's word
    let received = none;
    const held: number[] = []; // in the middle, while its link takes nothing
    const under: number[] = []; // on the way to the receiver
    let flowing = true;
    const tell = () => {
      const due = window.due(flowing);
      if (due !== undefined) credited = due;
    };
    let left = 1500;
    for (let step = 0; left > 0 || held.length > 0 || under.length > 0; step++) {
      assert.ok(step < 100_000, `seed ${seed}: ${left} messages are stuck`);
      const dice = number(10);
      if (dice < 5 && left > 0 && mayEnter(sent, credited, passed)) {
        const size = number(largest);
        assert.ok(window.enter(size), `seed ${seed}: the sender keeps to what it was told`);
        sent = { messages: sent.messages + 1, bytes: sent.bytes + size };
        left -= 1;
        (flowing ? under : held).push(size);
        tell();
        const outstanding = { messages: sent.messages - acknowledged.messages, bytes: sent.bytes - acknowledged.bytes };
        assert.ok(outstanding.messages <= allowed.messages && outstanding.bytes < allowed.bytes + largest, `seed ${seed}`);
        const bytes = held.reduce((sum, one) => sum + one, 0);
        assert.ok(held.length <= middle.messages && bytes < middle.bytes + largest, `seed ${seed}: the middle holds ${bytes}`);
      } else if (dice < 9) {
        const size = under.shift();
        if (size === undefined) continue;
        received = { messages: received.messages + 1, bytes: received.bytes + size };
        if (!creditDue(received, acknowledged, allowed)) continue;
        acknowledged = received;
        assert.ok(window.acknowledge(acknowledged));
        tell();
      } else {
        flowing = !flowing;
        if (!flowing) continue;
        under.push(...held.splice(0));
        tell();
      }
    }
  }
});

test("what was not allowed is not let in, and credit for what was not sent is not believed", () => {
  const window = new PassingWindow();
  for (let i = 0; i < 8; i++) assert.equal(window.enter(100), true);
  assert.equal(window.enter(100), false);
  assert.equal(window.acknowledge({ messages: 9, bytes: 800 }), false);
  assert.equal(window.acknowledge({ messages: 8, bytes: 801 }), false);
  assert.equal(window.acknowledge({ messages: 4, bytes: 400 }), true);
  assert.equal(window.acknowledge({ messages: 3, bytes: 400 }), false);
  assert.deepEqual(window.due(true), { messages: 4, bytes: 400 });
  assert.equal(window.due(true), undefined);
});
