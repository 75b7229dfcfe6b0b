/** One measured figure. `pass` is set when there is a goal. */
export interface Row {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: number;
  readonly op?: "<=" | ">=";
  readonly pass?: boolean;
}

/** What a bench is given: `--quick` asks for a run of seconds; other `--name value` flags come in `options`. */
export interface BenchInput {
  readonly quick: boolean;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/** A bench is the default export of `bench/NAME.ts`. */
export type Bench = (input: BenchInput) => Promise<readonly Row[]>;

/** A row with its goal checked: `row("start", 1.2, "s", "<=", 3)`. */
export function row(metric: string, value: number, unit: string, op?: "<=" | ">=", goal?: number): Row {
  if (op === undefined || goal === undefined) return { metric, value, unit };
  return { metric, value, unit, op, goal, pass: op === "<=" ? value <= goal : value >= goal };
}
