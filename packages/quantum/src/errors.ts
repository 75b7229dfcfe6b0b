/** Facts of one error, plain JSON. */
export type QuantumErrorDetails = Readonly<Record<string, unknown>>;

// One row a code; a code is never reused. Each sentence says what was wanted and what came.
const table = {
  BQM_NUMBER_INVALID: (d: { what: string; got: unknown }) => `${d.what}: wanted a finite number; got ${show(d.got)}`,
  BQM_INDEX_OUT_OF_RANGE: (d: { what: string; index: number; size: number }) =>
    `${d.what}: wanted an index from 0 to ${d.size - 1}; got ${d.index}`,
  BQM_SELF_COUPLING: (d: { variable: string | number }) =>
    `variable ${show(d.variable)} is coupled with itself; give that bias as linear (x*x = x) or as offset (s*s = 1)`,
  BQM_PAIR_REPEATED: (d: { first: number; second: number }) =>
    `the pair (${d.first},${d.second}) is given twice; give each pair once`,
  BQM_LABEL_REPEATED: (d: { label: string | number }) => `wanted each label once; got ${show(d.label)} twice`,
  BQM_LENGTHS_DIFFER: (d: { what: string; wanted: number; got: number }) => `${d.what}: wanted ${d.wanted} entries; got ${d.got}`,
  QUBO_NOT_SQUARE: (d: { rows: number; row: number; columns: number }) =>
    `Q has ${d.rows} rows, so each needs ${d.rows} columns; row ${d.row} has ${d.columns}`,
  QUBO_NOT_SYMMETRIC: (d: { row: number; column: number; here: number; mirrored: number }) =>
    `Q[${d.row},${d.column}] is ${d.here} but Q[${d.column},${d.row}] is ${d.mirrored}; give an upper triangle or a symmetric matrix`,
  SAMPLE_INVALID: (d: { wanted: string; got: unknown }) => `sample: wanted ${d.wanted}; got ${show(d.got)}`,
  SAMPLE_SET_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `sample set, ${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  OPTION_INVALID: (d: { option: string; wanted: string; got: unknown }) => `${d.option}: wanted ${d.wanted}; got ${show(d.got)}`,
  SAMPLER_UNKNOWN: (d: { name: string; known: readonly string[] }) =>
    `there is no sampler "${d.name}"; wanted auto or one of ${d.known.join(", ")}`,
  SAMPLER_LIMIT_EXCEEDED: (d: { sampler: string; limit: string; most: number; got: number }) =>
    `${d.sampler} takes at most ${d.most} ${d.limit}; the model has ${d.got}`,
  FORMAT_SYNTAX: (d: { format: string; line: number; wanted: string; got: unknown }) =>
    `${d.format}, line ${d.line}: wanted ${d.wanted}; got ${show(d.got)}`,
  FORMAT_PAIR_REPEATED: (d: { format: string; line: number; firstLine: number; pair: readonly [number, number] }) =>
    `${d.format}, line ${d.line}: the pair (${d.pair[0]},${d.pair[1]}) was already given in line ${d.firstLine}`,
  FORMAT_COUNT_WRONG: (d: { format: string; what: string; wanted: number; got: number }) =>
    `${d.format}: the header promises ${d.wanted} ${d.what}; the file has ${d.got}`,
  FORMAT_TOO_LARGE: (d: { format: string; line: number; what: string; most: number; got: number }) =>
    `${d.format}, line ${d.line}: at most ${d.most} ${d.what} are accepted; got ${d.got}`,
  FORMAT_CANNOT_HOLD: (d: { format: string; what: string }) => `${d.format} cannot hold ${d.what}`,
  GRAPH_INVALID: (d: { what: string; wanted: string; got: unknown }) =>
    `graph, ${d.what}: wanted ${d.wanted}; got ${show(d.got)}`,
  SUBSET_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `subset, ${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  // Topologies and embedding.
  TOPOLOGY_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `topology, ${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  EMBEDDING_INVALID: (d: { wanted: string; got: unknown }) => `embedding: wanted ${d.wanted}; got ${show(d.got)}`,
  EMBEDDING_NOT_FOUND: (d: { wanted: string; why: string }) => `found no embedding of ${d.wanted}: ${d.why}`,
} as const;

/** The stable codes this package throws. */
export type QuantumErrorCode = keyof typeof table;

/** All codes, for the documentation test. */
export const quantumErrorCodes = Object.keys(table) as readonly QuantumErrorCode[]; // why: keys of the literal above

/** The one error class of this package: branch on `code`, never on the message. */
export class QuantumError<C extends QuantumErrorCode = QuantumErrorCode> extends Error {
  override readonly name = "QuantumError";
  readonly code: C;
  readonly details: QuantumErrorDetails;

  constructor(code: C, details: Parameters<(typeof table)[C]>[0], options?: ErrorOptions) {
    const text = table[code] as (d: typeof details) => string; // why: the row of this very code takes these details
    super(text(details), options);
    this.code = code;
    this.details = details;
  }
}

function show(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value); // NaN and Infinity have no JSON
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text; // a hostile line must not flood a log
}
