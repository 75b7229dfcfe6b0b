/** A media type of the solver API, the version asked for, and the versions understood: from (inclusive) up to below (exclusive). */
export interface MediaType {
  readonly type: string;
  readonly ask: string;
  readonly from: string;
  readonly below: string;
}

const sapi = (name: string, from = "3.0"): MediaType => ({
  type: `application/vnd.dwave.sapi.${name}+json`,
  ask: "3.0.0",
  from,
  below: "4",
});

/** The media types this client reads. */
export const mediaTypes = {
  regions: { type: "application/vnd.dwave.metadata.regions+json", ask: "1.0", from: "1.0", below: "2" },
  solvers: sapi("solver-definition-list"),
  solver: sapi("solver-definition"),
  problems: sapi("problems"),
  problem: sapi("problem"),
  info: sapi("problem-data"),
  answer: sapi("problem-answer", "2.1"),
  messages: sapi("problem-message", "2.1"),
} as const satisfies Readonly<Record<string, MediaType>>;

/** The `Accept` value that asks for it. */
export function acceptHeader({ type, ask }: MediaType): string {
  return `${type}; version=${ask}`;
}

/** What is wrong with a response's `Content-Type`; undefined when it is the one asked for, in a version understood. */
export function mediaTypeFault(wanted: MediaType, contentType: string | null): { wanted: string; got: string } | undefined {
  const [type = "", ...params] = (contentType ?? "none").split(";").map((part) => part.trim());
  if (type.toLowerCase() !== wanted.type) return { wanted: `Content-Type ${wanted.type}`, got: type };
  const version = params.map((param) => /^version="?([^"]*)"?$/i.exec(param)?.[1]).find((v) => v !== undefined);
  const range = `version >= ${wanted.from} and < ${wanted.below} of ${wanted.type}`;
  if (version === undefined) return { wanted: range, got: "no version" };
  const numbers = versionNumbers(version);
  if (numbers === undefined || compared(numbers, versionNumbers(wanted.from)!) < 0) return { wanted: range, got: version };
  if (compared(numbers, versionNumbers(wanted.below)!) >= 0) return { wanted: range, got: version };
  return undefined;
}

function versionNumbers(text: string): readonly number[] | undefined {
  const found = /^\d+(?:\.\d+)*/.exec(text)?.[0];
  return found?.split(".").map(Number);
}

function compared(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
