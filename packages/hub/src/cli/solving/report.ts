/** An answer in words: what was found, in the file's own terms, and where it comes from. */
import { duration, paint, say, visibleLength } from "../terminal.ts";
import type { Answered, ShownProvenance, Solved } from "./answer.ts";
import { type EnergyPoint, energyPlot, seconds, short } from "./energy-plot.ts";
import { namesOf } from "./names.ts";

const shownNames = 24;
const shownLevels = 8;
const labelWidth = 9;

/** Prints what quantum_solve found of a file in this format. */
export function reportModel(found: Solved, format: string): void {
  const { energy, objective, feasible, constraints, variables, couplings, violations } = found;
  picture(found.trace, found.provenance.timeMs);
  if (feasible !== null) {
    line(
      "value",
      `${paint("bold", short(objective ?? energy))}   (minimised${energy === objective ? "" : `; ${short(energy)} with what broken wishes cost`})`,
    );
    line("rules", feasible ? `${paint("green", "all kept")}` : paint("red", "broken"));
    for (const { constraint, soft, by } of violations)
      line("", `${soft ? "wish" : paint("red", "rule")} ${constraint}: ${short(by)} too far`);
  } else if (objective !== null) line("value", `${paint("bold", short(objective))}   (maximised; energy ${short(energy)})`);
  else line("energy", `${paint("bold", short(energy))}   (minimised)`);
  sampleLines(found, format);
  for (const [i, one] of found.samples.entries())
    line(
      i === 0 ? "lowest" : "",
      `${short(one.energy)} ${paint("dim", `found ${times(one.occurrences)}`)}  ${shortened(one.bits ?? assignment(one.sample))}`,
    );
  levels(found.histogram);
  const rules = constraints > 0 ? `, ${count(constraints, "constraint")}` : "";
  line("model", `${count(variables, "variable")}, ${count(couplings, "coupling")}${rules}`);
  provenanceLines(found.provenance, found.trace);
}

/** Prints a problem's answer in its own terms. */
export function reportProblem({ answer, trace, provenance }: Answered): void {
  const { feasible, violations, ...rest } = answer;
  picture(trace, provenance.timeMs);
  const width = Math.max(labelWidth, ...Object.keys(rest).map((name) => name.length + 2));
  for (const [name, value] of Object.entries(rest)) line(name, inWords(value), width);
  line("rules", feasible ? paint("green", "all kept") : paint("red", "broken"), width);
  for (const violation of violations) line("", paint("red", violation), width);
  provenanceLines(provenance, trace, width);
}

function provenanceLines(of: ShownProvenance, trace: readonly EnergyPoint[], width = labelWidth): void {
  const { solver, kind, why, reads, timeMs, seed, threads, lanes, bits, gap, bound, approximate } = of;
  const how = [
    `${count(reads, "read")} in ${duration(timeMs)}`,
    `seed ${seed}`,
    ...(threads > 1 ? [`${threads} threads`] : []),
    ...(lanes === null ? [] : [`${{ i8: "int8", i16: "int16", f32: "float32" }[lanes] ?? lanes} kernel`]),
    ...(bits === null ? [] : [`as ${count(bits, "bit")}`]),
  ];
  line("solver", `${paint("bold", solver)} (${kind}); ${how.join(", ")}`, width);
  line("why", paint("dim", why), width);
  const last = trace.at(-1);
  if (last) line("found", `after ${seconds(last[0])}, ${count(trace.length, "improvement")}`, width);
  if (gap === 0) line("proof", `${paint("green", "optimal")}: no sample is lower than ${short(bound ?? 0)}`, width);
  else if (bound !== null) line("proof", `no sample is lower than ${short(bound)}`, width);
  else line("proof", paint("dim", "none: the best that was found, by no means surely the best there is"), width);
  if (approximate.length > 0)
    line("note", `the slack of ${approximate.join(", ")} is not exact: a better answer may be missed`, width);
}

function sampleLines(found: Solved, format: string): void {
  const { bits, sample } = found;
  if (bits === null) {
    line("values", assignment(sample, shownNames));
    return;
  }
  const names = namesOf(found, format);
  const named = (sign: string): string[] => [...bits].flatMap((bit, i) => (bit === sign ? [names[i] ?? String(i)] : []));
  const [plus, minus] = [named("+"), named("-")];
  if (format === "mc") {
    line("side A", list(plus));
    line("side B", list(minus));
  } else if (format === "ising") {
    line("up", list(plus));
    line("down", list(minus));
  } else line("ones", `${list(plus)}`);
}

function picture(trace: readonly EnergyPoint[], timeMs: number): void {
  if (!process.stdout.isTTY || trace.length < 3) return;
  const lines = energyPlot(trace, timeMs, Math.max(16, Math.min(64, (process.stdout.columns ?? 80) - 20)), 6);
  if (lines.length === 0) return;
  for (const drawn of lines) say(paint("cyan", drawn));
  say("");
}

function levels(histogram: readonly (readonly [number, number])[]): void {
  if (histogram.length < 2) return;
  const shown = histogram.slice(0, shownLevels);
  const most = Math.max(...shown.map(([, often]) => often));
  const width = Math.max(...shown.map(([energy]) => short(energy).length));
  for (const [i, [energy, often]] of shown.entries())
    line(
      i === 0 ? "energies" : "",
      `${short(energy).padStart(width)} ${paint("cyan", "▇".repeat(Math.max(1, Math.round((often / most) * 24))))} ${often}`,
    );
  if (histogram.length > shown.length) line("", paint("dim", `${histogram.length - shown.length} higher ones`));
}

// Sentences are broken between words where the terminal ends.
function line(label: string, text: string, width = labelWidth): void {
  const room = process.stdout.isTTY ? Math.max(30, (process.stdout.columns ?? 80) - width - 1) : Number.POSITIVE_INFINITY;
  let [row, length] = ["", 0];
  let head = label.padEnd(width);
  for (const word of text.split(" ")) {
    const letters = visibleLength(word);
    if (length > 0 && length + 1 + letters > room) {
      say(`${head}${row}`);
      head = " ".repeat(width);
      [row, length] = ["", 0];
    }
    row = length > 0 || row !== "" ? `${row} ${word}` : word;
    length += letters + (length > 0 ? 1 : 0);
  }
  say(`${head}${row}`.trimEnd());
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}

function times(n: number): string {
  return n === 1 ? "once" : n === 2 ? "twice" : `${n} times`;
}

function list(names: readonly string[]): string {
  if (names.length === 0) return paint("dim", "none");
  const more = names.length - shownNames;
  return `${names.slice(0, shownNames).join(" ")}${more > 0 ? paint("dim", ` … ${more} more`) : ""}`;
}

function assignment(sample: Readonly<Record<string, number>> | null, most = Number.POSITIVE_INFINITY): string {
  if (sample === null) return paint("dim", "too many to show; see --output");
  const set = Object.entries(sample).filter(([, value]) => value !== 0);
  if (set.length === 0) return "all 0";
  const shown = set.slice(0, most).map(([name, value]) => `${name} = ${short(value)}`);
  const zeros = Object.keys(sample).length - set.length;
  const more = [
    ...(set.length > shown.length ? [`${set.length - shown.length} more`] : []),
    ...(zeros > 0 ? [`${count(zeros, "other")} 0`] : []),
  ];
  return `${shown.join(", ")}${more.length > 0 ? paint("dim", `; ${more.join(", ")}`) : ""}`;
}

function shortened(text: string): string {
  return text.length > 72 ? `${text.slice(0, 71)}…` : text;
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) {
    const parts = value.map((one) => (Array.isArray(one) ? `[${one.map(inWords).join(" ")}]` : inWords(one)));
    const shown = parts.slice(0, shownNames).join(parts.some((part) => part.includes(" ")) ? "; " : ", ");
    return parts.length > shownNames
      ? `${shown} ${paint("dim", `… ${parts.length - shownNames} more`)}`
      : shown || paint("dim", "none");
  }
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .map(([name, one]) => `${name} ${inWords(one)}`)
      .join(", ");
  return typeof value === "number" ? paint("bold", short(value)) : String(value);
}
