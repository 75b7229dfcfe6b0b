import { structuredList } from "./structured-list.ts";

/** Something that Leap will stop serving, as its `X-Deprecation` header says. */
export interface Deprecation {
  readonly id: string;
  /** api, feature, parameter, solver or other. */
  readonly context: string;
  readonly message: string;
  readonly sunset?: Date;
  readonly deprecated?: Date;
  readonly link?: string;
}

/** Reads an `X-Deprecation` header: a list (RFC 9651) of strings with parameters. Members without an id or message are left out. */
export function deprecations(header: string | null): readonly Deprecation[] {
  if (header === null) return [];
  return (structuredList(header) ?? []).flatMap(({ value, params }) => {
    const message = params.get("message");
    if (typeof value !== "string" || typeof message !== "string") return [];
    const context = params.get("context");
    const link = params.get("link");
    return [
      {
        id: value,
        context: typeof context === "string" ? context : "other",
        message,
        ...dated("sunset", params.get("sunset")),
        ...dated("deprecated", params.get("deprecated")),
        ...(typeof link === "string" ? { link } : {}),
      },
    ];
  });
}

// A date of RFC 9651, or, from older servers, text in ISO form.
function dated<K extends "sunset" | "deprecated">(name: K, value: unknown): { readonly [P in K]?: Date } {
  const date = value instanceof Date ? value : typeof value === "string" ? new Date(value) : undefined;
  const some: { [P in K]?: Date } = {};
  if (date !== undefined && !Number.isNaN(date.getTime())) some[name] = date;
  return some;
}
