import type { VNode } from "preact";
import { markWords } from "../marking.ts";

/** Lines of a file that fit a question. */
export interface Passage {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
  readonly score: number;
}

/** A passage with its source, the words of the question marked. */
export function PassageCard({ passage, question }: { readonly passage: Passage; readonly question: string }): VNode {
  return (
    <article class="panel passage">
      <header>
        <h3 class="mono">
          {passage.path}:{passage.startLine}–{passage.endLine}
        </h3>
        <span class="small soft number" title="reciprocal rank over words and vectors">
          score {passage.score.toFixed(4)}
        </span>
      </header>
      <pre>
        {markWords(passage.text.trimEnd(), question).map((part, index) =>
          part.marked ? <mark key={index}>{part.text}</mark> : part.text,
        )}
      </pre>
    </article>
  );
}
