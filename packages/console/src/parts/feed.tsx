import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { clockTime } from "../figures.ts";
import type { HubEvent } from "../hub/event.ts";
import { narrate, type Sentence } from "../narrator.ts";
import { Json } from "./raw.tsx";
import { Skeleton } from "./skeleton.tsx";
import { Switch } from "./switch.tsx";

interface FeedProps {
  /** Newest first. */
  readonly events: readonly HubEvent[];
  readonly loading: boolean;
}

const shown = 250;

/** What happens in the hub, in plain words, newest first; each line opens to the event as it is in the log. */
export function Feed({ events, loading }: FeedProps): VNode {
  const [wanted, want] = useState<"news" | "everything">("news");
  const lines = events
    .map((event) => ({ event, sentence: narrate(event) }))
    .filter(({ sentence }) => wanted === "everything" || sentence.news)
    .slice(0, shown);
  return (
    <section class="panel" aria-labelledby="feed-title">
      <header>
        <h2 id="feed-title">What happens</h2>
        <Switch label="which events" value={wanted} choices={["news", "everything"]} choose={want} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div class="feed" tabIndex={0} role="log" aria-live="off" aria-label="events, newest first">
        {loading ? <Skeleton height="16rem" /> : lines.length === 0 ? <p class="soft">Nothing yet.</p> : null}
        <ul>
          {lines.map(({ event, sentence }) => (
            <Line key={event.seq} event={event} sentence={sentence} />
          ))}
        </ul>
      </div>
    </section>
  );
}

function Line({ event, sentence }: { readonly event: HubEvent; readonly sentence: Sentence }): VNode {
  const [open, setOpen] = useState(false);
  return (
    <li class={sentence.news ? undefined : "chatter"} data-seq={event.seq}>
      <details onToggle={(toggled) => setOpen(toggled.currentTarget.open)}>
        <summary>
          <time dateTime={new Date(event.at).toISOString()}>{clockTime(event.at)}</time>
          <span class="actor" title={event.actor}>
            {event.actor}
          </span>
          <span class={`what ${sentence.tone}`}>{sentence.text}</span>
        </summary>
        {open ? <Json value={event} /> : null}
      </details>
    </li>
  );
}
