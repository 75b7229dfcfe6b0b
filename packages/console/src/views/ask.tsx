import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { callTool, HubError } from "../hub/mcp.ts";
import { ErrorNotice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { type Passage, PassageCard } from "../parts/passage.tsx";
import { Skeleton } from "../parts/skeleton.tsx";
import { Unusual } from "../parts/unusual.tsx";
import { navigate } from "../router.ts";

interface Answer {
  readonly question: string;
  readonly passages: readonly Passage[];
  readonly written: { readonly model: string; readonly version: number; readonly text: string; readonly notice: string } | null;
}

/** Questions to one's own files. The question is in the address, so an answer can be passed on. */
export function Ask({ question }: { readonly question: string }): VNode {
  const [text, setText] = useState(question);
  const [outcome, setOutcome] = useState<Answer | HubError | undefined>(undefined);
  const [asked, setAsked] = useState(0);

  useEffect(() => {
    setText(question);
    setOutcome(undefined);
    if (question === "") return;
    const aborter = new AbortController();
    callTool<Answer>("learning_ask", { question }, aborter.signal).then(setOutcome, (error: unknown) => {
      if (aborter.signal.aborted) return;
      if (!(error instanceof HubError)) throw error;
      setOutcome(error);
    });
    return () => aborter.abort();
  }, [question, asked]);

  const ask = (event: Event): void => {
    event.preventDefault();
    const wanted = text.trim();
    if (wanted === question) setAsked(asked + 1);
    else navigate(wanted === "" ? "/ask" : `/ask?q=${encodeURIComponent(wanted)}`);
  };
  const busy = question !== "" && outcome === undefined;
  return (
    <Page title="Ask" sub="Answers are passages of your own files, to be cited by file and line.">
      <div class="stack">
        <form class="ask-form" onSubmit={ask}>
          <label>
            <span class="unseen">your question</span>
            <input
              class="field"
              name="question"
              maxLength={1000}
              placeholder="What does the gate check?"
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          <button type="submit" class="button primary" disabled={busy}>
            {busy ? "Looking…" : "Ask"}
          </button>
        </form>
        <div class="stack" aria-live="polite">
          {busy ? <Skeleton height="18rem" /> : null}
          {outcome instanceof HubError ? <ErrorNotice error={outcome} retry={() => setAsked(asked + 1)} /> : null}
          {outcome && !(outcome instanceof HubError) ? <Found answer={outcome} /> : null}
        </div>
        <Unusual />
      </div>
    </Page>
  );
}

function Found({ answer }: { readonly answer: Answer }): VNode {
  const { passages, written } = answer;
  return (
    <>
      <h2>{passages.length === 0 ? "No passage fits" : "From your files"}</h2>
      {passages.length === 0 ? <p class="soft">Nothing that was read has words or meaning in common with the question.</p> : null}
      {passages.map((passage) => (
        <PassageCard key={`${passage.path}:${passage.startLine}`} passage={passage} question={answer.question} />
      ))}
      {written ? (
        <section class="panel guess" aria-labelledby="guess-title">
          <header>
            <h2 id="guess-title">The model’s guess</h2>
            <span class="small soft">
              {written.model}, version {written.version}
            </span>
          </header>
          <p class="small soft">{written.notice}</p>
          <pre>{written.text.trim()}</pre>
        </section>
      ) : null}
    </>
  );
}
