import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { duration } from "../figures.ts";
import { exampleInput, typeName } from "../hub/example-input.ts";
import { objectFrom } from "../hub/json-input.ts";
import { callTool, HubError, type JsonSchema, type ToolDescription } from "../hub/mcp.ts";
import { useLive } from "../hub/use-live.ts";
import { ErrorNotice } from "./notice.tsx";
import { Pill } from "./pill.tsx";
import { Json } from "./raw.tsx";
import { Work } from "./work.tsx";

type Outcome = { readonly result: unknown; readonly tookMs: number } | HubError;

/** One tool: what it does, what it takes, an editor for its input, and what came back. */
export function ToolPanel({ tool }: { readonly tool: ToolDescription }): VNode {
  const live = useLive();
  const [input, setInput] = useState(() => JSON.stringify(exampleInput(tool.inputSchema), undefined, 2));
  const [outcome, setOutcome] = useState<Outcome | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const title = useRef<HTMLHeadingElement>(null);
  // On a narrow screen the panel lies below the list.
  useEffect(() => title.current?.scrollIntoView({ block: "nearest" }), []);
  const call = async (): Promise<void> => {
    setBusy(true);
    const started = performance.now();
    try {
      const result = await callTool(tool.name, objectFrom(input));
      setOutcome({ result, tookMs: performance.now() - started });
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      setOutcome(error);
    } finally {
      setBusy(false);
    }
  };
  const running = busy ? [...live.calls.values()].find((other) => other.tool === tool.name) : undefined;
  return (
    <section class="panel stack" aria-labelledby="tool-title">
      <div class="row">
        <h2 id="tool-title" class="mono" ref={title}>
          {tool.name}
        </h2>
        {tool.annotations?.readOnlyHint ? <Pill tone="plain">only reads</Pill> : <Pill tone="busy">changes things</Pill>}
        {tool.annotations?.destructiveHint ? <Pill tone="warn">takes something away</Pill> : null}
      </div>
      <p>{tool.description}</p>
      <Fields schema={tool.inputSchema} />
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void call();
        }}
      >
        <label>
          <h3>Input</h3>
          <textarea
            class="field editor"
            name="input"
            spellcheck={false}
            value={input}
            rows={Math.min(16, Math.max(5, input.split("\n").length + 1))}
            onInput={(event) => setInput(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !busy) void call();
            }}
          />
        </label>
        <div class="row">
          <button type="submit" class="button primary" disabled={busy}>
            {busy ? "Calling…" : "Call"}
          </button>
          <span class="small soft">or Ctrl+Enter in the editor</span>
        </div>
      </form>
      {running ? <Work call={running} /> : null}
      <div aria-live="polite">
        {outcome instanceof HubError ? <ErrorNotice error={outcome} /> : null}
        {outcome && !(outcome instanceof HubError) ? (
          <>
            <h3>
              Result <span class="small soft number">in {duration(outcome.tookMs)}</span>
            </h3>
            <Json value={outcome.result} />
          </>
        ) : null}
      </div>
    </section>
  );
}

function Fields({ schema }: { readonly schema: JsonSchema }): VNode {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return <p class="small soft">It takes no input.</p>;
  return (
    <div class="scroll-x">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Type</th>
            <th scope="col">What it is</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(([name, field]) => (
            <tr key={name}>
              <td class="mono">{name}</td>
              <td>{typeName(field)}</td>
              <td class="soft">
                {[
                  field.description,
                  field.default === undefined
                    ? schema.required?.includes(name)
                      ? "required"
                      : "optional"
                    : `default ${JSON.stringify(field.default)}`,
                ]
                  .filter(Boolean)
                  .join("; ")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
