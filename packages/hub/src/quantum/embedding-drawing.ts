import { type Chip, qubitPlaces } from "@entente/quantum";

const size = 720;
const margin = 12;
const hues = 360;
const turn = 137.5; // degrees: neighbours in the list of chains get colours far apart (golden angle)

/**
 * A chip with chains on it, as SVG in the colour of the text around it: every qubit a dot where it lies, every chain its qubits joined in a
 * colour of its own. Qubits far from each other are joined by a straight line.
 */
export function embeddingDrawing(
  chip: Chip,
  chains: readonly { readonly variable: string; readonly qubits: readonly number[] }[],
): string {
  const places = qubitPlaces(chip);
  const x = (qubit: number): string => (margin + places[2 * qubit]! * (size - 2 * margin)).toFixed(1);
  const y = (qubit: number): string => (margin + places[2 * qubit + 1]! * (size - 2 * margin)).toFixed(1);
  const dots = Array.from(chip.qubits, (qubit) => `M${x(qubit)} ${y(qubit)}h0`).join("");
  const coupled = neighboursOf(chip);
  const drawn = chains.map(({ variable, qubits }, k) => {
    const own = new Set(qubits);
    const joined = qubits.flatMap((u) =>
      (coupled.get(u) ?? []).filter((v) => v > u && own.has(v)).map((v) => `M${x(u)} ${y(u)}L${x(v)} ${y(v)}`),
    );
    const spots = qubits.map((u) => `M${x(u)} ${y(u)}h0`);
    const colour = `hsl(${Math.round((k * turn) % hues)}, 65%, 52%)`;
    return (
      `<g><title>${escaped(variable)}: ${qubits.length} qubit${qubits.length === 1 ? "" : "s"}</title>` +
      `<path d="${joined.join("")}" fill="none" stroke="${colour}" stroke-width="2" stroke-linecap="round"/>` +
      `<path d="${spots.join("")}" fill="none" stroke="${colour}" stroke-width="5" stroke-linecap="round"/></g>`
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" role="img">` +
    `<title>${chains.length} chains on ${chip.qubits.length} qubits</title>` +
    `<path d="${dots}" fill="none" stroke="currentColor" stroke-opacity="0.25" stroke-width="2" stroke-linecap="round"/>` +
    `${drawn.join("")}</svg>`
  );
}

function neighboursOf({ rows, columns }: Chip): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  for (let k = 0; k < rows.length; k++) {
    const list = found.get(rows[k]!);
    if (list) list.push(columns[k]!);
    else found.set(rows[k]!, [columns[k]!]);
  }
  return found;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
