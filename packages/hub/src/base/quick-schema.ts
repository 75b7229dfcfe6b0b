/**
 * Schemas for long lists that callers send. A general schema visits each item with several calls and copies it, which for a thousand
 * couplings takes longer than to search them; a check written for the list takes a twentieth of that. The general schema stays what the
 * list is: it says what is wrong with one that fails the check, and what clients are told.
 */
import { z } from "zod";

const generalOf = new WeakMap<z.core.$ZodType, z.ZodType>();

/** A schema that takes what `general` takes, unchanged, where `isIt` says so; elsewhere `general` says what is wrong. Describe `general` itself. */
export function quickly<S extends z.ZodType>(general: S, isIt: (value: unknown) => boolean): S {
  const schema = z.unknown().superRefine((value, ctx) => {
    if (isIt(value)) return;
    for (const issue of general.safeParse(value).error?.issues ?? []) ctx.addIssue({ ...issue });
  });
  generalOf.set(schema, general);
  return schema as unknown as S; // why: it takes the same values and gives them back as they are
}

/** The JSON Schema (draft 2020-12) of what goes in or comes out. */
export function jsonSchemaOf(type: z.ZodType, io: "input" | "output") {
  return z.toJSONSchema(type, {
    io,
    target: "draft-2020-12",
    override: ({ zodSchema, jsonSchema }) => {
      const general = generalOf.get(zodSchema);
      if (!general) return;
      const { $schema: _, ...known } = z.toJSONSchema(general, { io, target: "draft-2020-12" });
      Object.assign(jsonSchema, known);
    },
  });
}
