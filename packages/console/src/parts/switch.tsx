import type { VNode } from "preact";

interface SwitchProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly T[];
  readonly choose: (choice: T) => void;
}

/** A few choices of which one holds. */
export function Switch<T extends string>({ label, value, choices, choose }: SwitchProps<T>): VNode {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a legend and a box that a small switch has no room for
    <div class="switch" role="group" aria-label={label}>
      {choices.map((choice) => (
        <button key={choice} type="button" aria-pressed={choice === value} onClick={() => choose(choice)}>
          {choice}
        </button>
      ))}
    </div>
  );
}
