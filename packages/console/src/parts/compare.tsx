import { Fragment, type VNode } from "preact";
import { figure } from "../figures.ts";

interface Measured {
  readonly label: string;
  readonly value: number;
  readonly ours?: boolean;
}

/** A few values of one measure as bars on one scale. */
export function Compare({ values, unit }: { readonly values: readonly Measured[]; readonly unit: string }): VNode {
  const most = Math.max(...values.map(({ value }) => value), 1e-9);
  return (
    // biome-ignore lint/a11y/useSemanticElements: these are measures, not fields of a form
    <div class="compare" role="group" aria-label={unit}>
      {values.map(({ label, value, ours }) => (
        <Fragment key={label}>
          <span>{label}</span>
          <span class={ours ? "meter ours" : "meter"}>
            <span style={{ width: `${(100 * value) / most}%` }} />
          </span>
          <span class="number">{figure(value, 3)}</span>
        </Fragment>
      ))}
    </div>
  );
}
