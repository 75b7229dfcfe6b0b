import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServedHub } from "../src/serving.ts";
import { withFront } from "./front.ts";
import { ask, codeOf, listen } from "./wire.ts";

const note = (served: ServedHub, kind: string) =>
  served.hub.store.events.record({ kind, actor: "tester", subject: "test", data: {} });

test("a stream resumes after Last-Event-ID without gap or repeat, while events go on coming", () =>
  withFront({}, async ({ served, url, bearer }) => {
    for (let i = 0; i < 1200; i++) await note(served, "test.before");
    await note(served, "test.first");
    const first = await listen(url, bearer);
    await first.until("test.first");
    await first.close();
    const writing = (async () => {
      for (let i = 0; i < 300; i++) await note(served, "test.between");
      await note(served, "test.last");
    })();
    const seen = first.events.at(-1)?.id ?? 0;
    const second = await listen(url, bearer, seen);
    await second.until("test.last");
    await writing;
    await second.close();
    const ids = [...first.events, ...second.events].map((event) => event.id);
    assert.ok(ids.length > 1500);
    assert.deepEqual(
      ids,
      ids.map((_, i) => i + 1),
    );
  }));

test("a Last-Event-ID that is no number starts from the beginning", () =>
  withFront({}, async ({ url, bearer }) => {
    const stream = await listen(url, { ...bearer, "last-event-id": "yesterday" });
    await stream.until("hub.started");
    await stream.close();
    assert.equal(stream.events[0]?.id, 1);
  }));

test("one stream too many is refused with 503, and there is a place again when one ends", () =>
  withFront({ "limits.eventStreams": "2" }, async ({ url, bearer }) => {
    const [one, two] = [await listen(url, bearer), await listen(url, bearer)];
    const refused = await ask(url, "/events", { headers: bearer });
    assert.equal(refused.status, 503);
    assert.equal(codeOf(refused), "TOO_MANY_STREAMS");
    await one.close();
    while (!/^entente_event_streams 1$/m.test((await ask(url, "/metrics")).body));
    const three = await listen(url, bearer);
    await two.close();
    await three.close();
  }));
