import type { VNode } from "preact";
import { counted, duration } from "../figures.ts";
import type { HubEvent } from "../hub/event.ts";
import type { Agreement } from "../hub/negotiation.ts";
import { useTool } from "../hub/use-tool.ts";
import { ErrorNotice } from "./notice.tsx";
import { Pill } from "./pill.tsx";
import { Raw } from "./raw.tsx";
import { Skeleton } from "./skeleton.tsx";

/** A written agreement: who signed it, whether the signatures hold, and whether it was kept. */
export function AgreementLine({ id }: { readonly id: string }): VNode {
  const on = (event: HubEvent): boolean => event.kind.startsWith("agreement.") && event.subject === id;
  const { data, error, reload } = useTool<Agreement>("agreement_get", { id }, { on });
  if (!data) return error ? <ErrorNotice error={error} retry={reload} /> : <Skeleton height="3.2rem" />;
  const { document, verified } = data;
  return (
    <div class="stack" style={{ gap: "var(--space-1)" }}>
      <p class="row small">
        <span>
          Agreement of <strong>{document.initiator}</strong> with <strong>{document.contractor}</strong>:{" "}
          {counted(document.price, "credit")}, {duration(document.promisedMs)}
        </span>
        <Pill tone={verified ? "good" : "bad"}>{verified ? "both signatures verified" : "a signature does not hold"}</Pill>
        <Outcome agreement={data} />
      </p>
      <Raw label="Agreement as JSON" value={data} />
    </div>
  );
}

function Outcome({ agreement: { status, outcome } }: { readonly agreement: Agreement }): VNode {
  const times = `${duration(outcome?.elapsedMs)} of ${duration(outcome?.promisedMs)}`;
  if (status === "fulfilled") return <Pill tone="good">{`kept: ${times}`}</Pill>;
  if (status === "late") return <Pill tone="warn">{`late: ${times}`}</Pill>;
  if (status === "failed") return <Pill tone="bad">{`broken${outcome?.problem ? `: ${outcome.problem}` : ""}`}</Pill>;
  return <Pill tone="busy">{status}</Pill>;
}
