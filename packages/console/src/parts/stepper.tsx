import type { VNode } from "preact";
import { phases } from "../hub/run.ts";

/** Where a run is on its way from ingest to done. */
export function Stepper({ phase, status }: { readonly phase: string; readonly status: string }): VNode {
  const names: readonly string[] = phases;
  const at = names.indexOf(phase);
  const running = status === "running";
  return (
    <ol class="steps" aria-label="phases of the run">
      {phases.map((name, index) => {
        const broken = !running && index === at && status === "failed";
        return (
          <li
            key={name}
            class={broken ? "broken" : index < at || (index === at && !running) ? "past" : undefined}
            aria-current={running && index === at ? "step" : undefined}
          >
            {name}
          </li>
        );
      })}
    </ol>
  );
}
