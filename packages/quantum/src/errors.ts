/** Facts of one error, plain JSON. */
export type QuantumErrorDetails = Readonly<Record<string, unknown>>;

type NoDetails = Readonly<Record<string, never>>;

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
  THREAD_ENDED: (d: { reason: string }) => `wanted samples of a sampling thread; it ended before: ${d.reason}`,
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
  // Models, problems and files.
  CQM_INVALID: (d: { field: string; wanted: string; got: unknown }) => `CQM, ${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  CQM_CANNOT_CONVERT: (d: { what: string; wanted: string; got: unknown }) =>
    `${d.what} cannot become bits: wanted ${d.wanted}; got ${show(d.got)}`,
  CQM_CONSTRAINT_IMPOSSIBLE: (d: { constraint: string | number; sense: string; right: number; least: number; most: number }) =>
    `no sample can satisfy constraint ${show(d.constraint)}: wanted a left side ${d.sense} ${d.right}; within the bounds it takes values from ${d.least} to ${d.most} only`,
  POLYNOMIAL_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `polynomial, ${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  FILE_INVALID: (d: { format: string; where: string; wanted: string; got: unknown }) =>
    `${d.format}, ${d.where}: wanted ${d.wanted}; got ${show(d.got)}`,
  PROBLEM_INVALID: (d: { problem: string; field: string; wanted: string; got: unknown }) =>
    `${d.problem}, ${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  PROBLEM_UNKNOWN: (d: { name: string; known: readonly string[] }) =>
    `there is no problem "${d.name}"; wanted one of ${d.known.join(", ")}`,
  // Leap
  LEAP_CONFIG_INVALID: (d: { what: string; wanted: string; got: unknown }) =>
    `Leap configuration, ${d.what}: wanted ${d.wanted}; got ${show(d.got)}`,
  LEAP_TOKEN_MISSING: (_: NoDetails) =>
    "there is no Leap token; give `token`, set DWAVE_API_TOKEN, or write `token = ...` under [defaults] in dwave.conf",
  LEAP_REGION_UNKNOWN: (d: { region: string; known: readonly string[] }) =>
    `there is no Leap region "${d.region}"; wanted one of ${d.known.join(", ")}`,
  LEAP_SOLVER_NOT_FOUND: (d: { query: unknown; offered: readonly string[] }) =>
    `no Leap solver fits ${show(d.query)}; the account offers ${d.offered.length === 0 ? "none" : d.offered.join(", ")}`,
  LEAP_PROBLEM_INVALID: (d: { what: string; wanted: string; got: unknown }) =>
    `Leap problem, ${d.what}: wanted ${d.wanted}; got ${show(d.got)}`,
  LEAP_PARAMETER_UNKNOWN: (d: { parameter: string; solver: string; known: readonly string[] }) =>
    `"${d.parameter}" is not a parameter of ${d.solver}; wanted one of ${d.known.join(", ")}, or a name beginning with x_`,
  LEAP_AUTH_REFUSED: (d: { url: string; message: string }) => `Leap refused the token (401) at ${d.url}: ${d.message}`,
  LEAP_FORBIDDEN: (d: { url: string; message: string }) => `Leap forbids this to the account (403) at ${d.url}: ${d.message}`,
  LEAP_NOT_FOUND: (d: { url: string; message: string }) => `Leap has nothing (404) at ${d.url}: ${d.message}`,
  LEAP_LIMIT_EXCEEDED: (d: { url: string; message: string; retryAfterMs: number | null }) =>
    `Leap's limit is exceeded (429) at ${d.url}: ${d.message}`,
  LEAP_REQUEST_REFUSED: (d: { url: string; status: number; message: string }) =>
    `Leap refused the request (${d.status}) at ${d.url}: ${d.message}`,
  LEAP_SERVER_FAILED: (d: { url: string; status: number; message: string }) =>
    `Leap failed (${d.status}) at ${d.url}: ${d.message}`,
  LEAP_UNREACHABLE: (d: { url: string; why: string }) => `Leap could not be reached at ${d.url}: ${d.why}`,
  LEAP_TIMEOUT: (d: { what: string; waitedMs: number }) => `${d.what}: no answer within ${d.waitedMs} ms`,
  LEAP_BAD_RESPONSE: (d: { url: string; wanted: string; got: unknown }) =>
    `Leap's response from ${d.url}: wanted ${d.wanted}; got ${show(d.got)}`,
  LEAP_JOB_REFUSED: (d: { key: string; code: number; message: string }) =>
    `Leap refused the job ${d.key} (${d.code}): ${d.message}`,
  LEAP_JOB_FAILED: (d: { id: string; message: string }) => `the Leap job ${d.id} failed: ${d.message}`,
  LEAP_JOB_CANCELLED: (d: { key: string; id: string | null }) =>
    `the Leap job ${d.key} was cancelled${d.id === null ? " before it was sent" : ` (${d.id})`}`,
  LEAP_JOB_UNRECONCILED: (d: { key: string; label: string }) =>
    `whether Leap accepted the job ${d.key} is not known yet; it was not sent again: resume the journal, or look up the label ${show(d.label)}`,
  LEAP_SOLVER_OFFLINE: (d: { id: string; message: string }) => `the solver of the Leap job ${d.id} is offline: ${d.message}`,
  LEAP_ANSWER_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `Leap answer, ${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  LEAP_UPLOAD_FAILED: (d: { upload: string | null; what: string; why: string }) =>
    `upload ${d.upload ?? "to Leap"}, ${d.what}: ${d.why}; what arrived stays and a new try goes on from there`,
  LEAP_TIMING_UNKNOWN: (d: { solver: string; field: string; wanted: string; got: unknown }) =>
    `timing of ${d.solver}, ${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  LEAP_KEY_TAKEN: (d: { key: string }) =>
    `the key ${show(d.key)} already names another job in the journal; give each job its own`,
  LEAP_JOURNAL_CORRUPT: (d: { file: string; line: number; why: string }) =>
    `the journal ${d.file} cannot be read at line ${d.line}: ${d.why}`,
  LEAP_JOURNAL_LOCKED: (d: { file: string; pid: number }) =>
    `the journal ${d.file} is in use by process ${d.pid}; two clients on one journal would submit jobs twice`,
  LEAP_CLOSED: (_: NoDetails) => "the Leap client is closed; open another one",
  // Topologies and embedding.
  TOPOLOGY_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `topology, ${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  EMBEDDING_INVALID: (d: { wanted: string; got: unknown }) => `embedding: wanted ${d.wanted}; got ${show(d.got)}`,
  EMBEDDING_NOT_FOUND: (d: { wanted: string; why: string }) => `found no embedding of ${d.wanted}: ${d.why}`,
  // Training helpers.
  ALLOCATION_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `allocation, ${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  ROUNDING_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `weight rounding, ${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  TUNING_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `tuning, ${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
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
