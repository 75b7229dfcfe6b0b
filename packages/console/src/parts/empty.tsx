import type { ComponentChildren, VNode } from "preact";
import { Command } from "./command.tsx";

interface EmptyProps {
  readonly title: string;
  readonly command?: string;
  readonly children: ComponentChildren;
}

/** Says that there is nothing yet, and what would bring something. */
export function Empty({ title, command, children }: EmptyProps): VNode {
  return (
    <div class="empty">
      <h2>{title}</h2>
      <p>{children}</p>
      {command ? <Command text={command} /> : null}
    </div>
  );
}
