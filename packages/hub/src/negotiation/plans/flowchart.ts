import type { PlanStanding } from "@entente/negotiation";

/** What a flowchart shows of a task. */
export interface ChartedTask {
  readonly id: string;
  readonly after: readonly string[];
  readonly standing: PlanStanding;
  readonly contractors: readonly string[];
  readonly price: number | null;
}

// Readable on light and dark pages alike.
const classes = {
  done: "fill:#1a7f37,stroke:#1a7f37,color:#fff",
  running: "fill:#0969da,stroke:#0969da,color:#fff",
  failed: "fill:#cf222e,stroke:#cf222e,color:#fff",
  waiting: "fill:none,stroke:#8c959f,stroke-dasharray:4 3",
  left: "fill:#6e7781,stroke:#6e7781,color:#fff",
} as const;

const classOf: Readonly<Record<PlanStanding, keyof typeof classes>> = {
  pending: "waiting",
  short: "waiting",
  resting: "waiting",
  running: "running",
  stopping: "running",
  done: "done",
  failed: "failed",
  stopped: "left",
  skipped: "left",
};

/** The graph of a plan as a Mermaid flowchart, each task with how it stands. */
export function flowchart(tasks: readonly ChartedTask[]): string {
  const names = new Map(tasks.map(({ id }, place) => [id, `t${place}`]));
  const nodes = tasks.map(({ id, standing, contractors, price }) => {
    const said = [standing, ...contractors, ...(price === null ? [] : [`${price} cr`])].map(label).join(" · ");
    return `  ${names.get(id)}["${label(id)}<br/>${said}"]:::${classOf[standing]}`;
  });
  const ways = tasks.flatMap(({ id, after }) => after.map((before) => `  ${names.get(before)} --> ${names.get(id)}`));
  const styles = Object.entries(classes).map(([name, style]) => `  classDef ${name} ${style}`);
  return ["flowchart TD", ...nodes, ...ways, ...styles].join("\n");
}

// Mermaid reads entities in quotes, as #name; or #number;.
function label(text: string): string {
  return text.replace(/[^\w .,:;()/·-]/gu, (sign) => `#${sign.codePointAt(0)};`);
}
