import type { VNode } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { objectFrom } from "../hub/json-input.ts";
import { callTool, HubError, listTools } from "../hub/mcp.ts";
import {
  energyIn,
  improved,
  type ProblemChoice,
  problemChoices,
  type SolveResult,
  type SolverRow,
  type TracePoint,
  withOptions,
} from "../hub/optimisation.ts";
import { LiveContext, useLive } from "../hub/use-live.ts";
import { useTool } from "../hub/use-tool.ts";
import { AnswerPanel } from "../parts/answer-panel.tsx";
import { ChipPanel } from "../parts/chip-panel.tsx";
import { type Compared, ComparisonPanel } from "../parts/comparison-panel.tsx";
import { EnergyCurve } from "../parts/energy-panel.tsx";
import { ErrorNotice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { QueuePanel } from "../parts/queue-panel.tsx";
import { Skeleton } from "../parts/skeleton.tsx";
import { Work } from "../parts/work.tsx";

/** Problems to solve: an editor, the energy as it falls, the answer, solvers side by side, and the model on a quantum chip. */
export function Optimisation(): VNode {
  const live = useContext(LiveContext);
  const [choices, setChoices] = useState<readonly ProblemChoice[] | HubError | undefined>(undefined);
  useEffect(() => {
    const aborter = new AbortController();
    listTools(aborter.signal).then(
      (tools) => setChoices(problemChoices(tools)),
      (error: unknown) => {
        if (aborter.signal.aborted) return;
        if (!(error instanceof HubError)) throw error;
        if (error.status === 401) live.refuse();
        setChoices(error);
      },
    );
    return () => aborter.abort();
  }, [live]);
  return (
    <Page title="Optimisation" sub="Problems in their own terms or as quadratic models, solved by annealing and its kin.">
      {choices instanceof HubError ? <ErrorNotice error={choices} /> : null}
      {choices === undefined ? <Skeleton height="28rem" /> : null}
      {choices && !(choices instanceof HubError) ? <Workbench choices={choices} /> : null}
    </Page>
  );
}

interface Question {
  readonly choice: ProblemChoice;
  readonly text: string;
  readonly solver: string;
  readonly seconds: string;
}

function Workbench({ choices }: { readonly choices: readonly ProblemChoice[] }): VNode {
  const { data } = useTool<{ solvers: readonly SolverRow[] }>("quantum_solvers", {});
  const solvers = data?.solvers.filter(({ where }) => where === "hub") ?? [];
  const [question, setQuestion] = useState<Question>(() => asked(choices[0]!));
  const [outcome, setOutcome] = useState<SolveResult | HubError | undefined>(undefined);
  const [compared, setCompared] = useState<readonly Compared[]>([]);
  const [busy, setBusy] = useState(false);
  const aborter = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => aborter.current?.abort(), []);

  const run = async (work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    aborter.current = new AbortController();
    setBusy(true);
    try {
      await work(aborter.current.signal);
    } catch (error) {
      if (aborter.current.signal.aborted) return;
      if (!(error instanceof HubError)) throw error;
      setOutcome(error);
    } finally {
      setBusy(false);
    }
  };
  const solveWith = (solver: string, signal: AbortSignal): Promise<SolveResult> => {
    const { choice, text, seconds } = question;
    const wanted = { solver, ...(seconds.trim() === "" ? {} : { seconds: Number(seconds) }) };
    return callTool<SolveResult>(choice.tool, withOptions(choice.tool, objectFrom(text), wanted), signal);
  };
  const solve = (): Promise<void> =>
    run(async (signal) => {
      setOutcome(undefined);
      setOutcome(await solveWith(question.solver, signal));
    });
  const compare = (): Promise<void> =>
    run(async (signal) => {
      const names = solvers.map(({ name }) => name);
      let rows: readonly Compared[] = names.map((solver) => ({ solver, outcome: undefined }));
      setCompared(rows);
      for (const name of names) {
        const made = await solveWith(name, signal).catch((error: unknown) => {
          if (error instanceof HubError && !signal.aborted) return error;
          throw error;
        });
        rows = rows.map((row) => (row.solver === name ? { solver: name, outcome: made } : row));
        setCompared(rows);
      }
    });

  // Into the queue: it outlives this page, and may go to a quantum annealer where there is a budget for one.
  const queue = (): Promise<void> =>
    run(async (signal) => {
      const { solver, seconds, text } = question;
      const how = { solver, ...(seconds.trim() === "" ? {} : { seconds: Number(seconds) }) };
      await callTool("quantum_job_submit", { ...objectFrom(text), ...how, label: "from the console" }, signal);
    });

  return (
    <div class="stack">
      <form
        class="panel stack"
        aria-label="problem"
        onSubmit={(event) => {
          event.preventDefault();
          void solve();
        }}
      >
        <Fields
          question={question}
          choices={choices}
          solvers={solvers}
          change={(more) => {
            setQuestion({ ...question, ...more });
            if (more.choice) {
              setOutcome(undefined);
              setCompared([]);
            }
          }}
        />
        <div class="row">
          <button type="submit" class="button primary" disabled={busy}>
            {busy ? "Solving…" : "Solve"}
          </button>
          <button type="button" class="button" disabled={busy || !data} onClick={() => void compare()}>
            Compare solvers
          </button>
          {question.choice.tool === "quantum_solve" ? (
            <button type="button" class="button" disabled={busy} onClick={() => void queue()}>
              Queue it
            </button>
          ) : null}
          {busy ? (
            <button type="button" class="button" onClick={() => aborter.current?.abort()}>
              Stop
            </button>
          ) : null}
        </div>
      </form>
      {busy ? <Running tool={question.choice.tool} /> : null}
      <div class="stack" aria-live="polite">
        {outcome instanceof HubError ? <ErrorNotice error={outcome} /> : null}
        {outcome && !(outcome instanceof HubError) ? <AnswerPanel result={outcome} /> : null}
        {compared.length > 0 ? <ComparisonPanel rows={compared} /> : null}
      </div>
      <ChipPanel key={question.choice.tool} tool={question.choice.tool} input={() => objectFrom(question.text)} />
      <QueuePanel />
    </div>
  );
}

interface FieldsProps {
  readonly question: Question;
  readonly choices: readonly ProblemChoice[];
  readonly solvers: readonly SolverRow[];
  readonly change: (more: Partial<Question>) => void;
}

function Fields({ question, choices, solvers, change }: FieldsProps): VNode {
  const { choice, text, solver, seconds } = question;
  return (
    <>
      <div class="row">
        <label class="grow">
          <span class="small soft">problem</span>
          <select
            class="field"
            name="problem"
            value={choice.tool}
            onChange={(event) => {
              const next = choices.find(({ tool }) => tool === event.currentTarget.value);
              if (next) change({ choice: next, text: JSON.stringify(next.example, undefined, 2) });
            }}
          >
            {choices.map(({ tool, name }) => (
              <option key={tool} value={tool}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="grow">
          <span class="small soft">solver</span>
          <select class="field" name="solver" value={solver} onChange={(event) => change({ solver: event.currentTarget.value })}>
            <option value="auto">chosen for it</option>
            {solvers.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="small soft">seconds</span>
          <input
            class="field"
            name="seconds"
            inputMode="decimal"
            size={6}
            placeholder="as it needs"
            value={seconds}
            onInput={(event) => change({ seconds: event.currentTarget.value })}
          />
        </label>
      </div>
      <p class="small soft">{firstSentence(choice.description)}</p>
      <label>
        <span class="unseen">the problem as JSON</span>
        <textarea
          class="field editor"
          name="input"
          spellcheck={false}
          value={text}
          rows={Math.min(18, Math.max(6, text.split("\n").length + 1))}
          onInput={(event) => change({ text: event.currentTarget.value })}
        />
      </label>
    </>
  );
}

// The energy as it falls: what the running call tells, gathered here until the answer brings the whole trace.
function Running({ tool }: { readonly tool: string }): VNode {
  const live = useLive();
  const [trace, setTrace] = useState<readonly TracePoint[]>([]);
  const since = useRef(performance.now());
  useEffect(
    () =>
      live.onProgress((progress) => {
        const energy = progress.tool === tool ? energyIn(progress.message) : undefined;
        if (energy !== undefined) setTrace((points) => improved(points, performance.now() - since.current, energy));
      }),
    [live, tool],
  );
  const call = [...live.calls.values()].find((other) => other.tool === tool);
  return (
    <section class="panel stack" aria-label="search">
      <Work call={call} idle="Searching…" />
      {trace.length > 0 ? <EnergyCurve trace={trace} endMs={performance.now() - since.current} /> : null}
    </section>
  );
}

function asked(choice: ProblemChoice): Question {
  return { choice, text: JSON.stringify(choice.example, undefined, 2), solver: "auto", seconds: "" };
}

function firstSentence(text: string): string {
  return text.split(/(?<=\.) /)[0] ?? text;
}
