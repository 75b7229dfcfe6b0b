import { z } from "zod";
import type { VersionsTable } from "../store/schema.ts";

const sliceSchema = z.object({
  slice: z.string(),
  bytes: z.number(),
  bitsPerByte: z.number().nullable(),
  champion: z.number().nullable(),
  change: z.number().nullable(),
  votes: z.boolean(),
  passes: z.boolean(),
});

/** The gate's verdict as tools give it. */
export const verdictSchema = z.object({
  passes: z.boolean(),
  reason: z.string(),
  bitsPerByte: z.number().nullable(),
  champion: z.number().nullable(),
  margin: z.number(),
  gzip: z.number().nullable().default(null).describe("bits per byte of gzip -9 on the same held-out texts"),
  slices: z.array(sliceSchema),
});

/** A model version as tools give it. */
export const versionSchema = z.object({
  id: z.string(),
  model: z.string(),
  number: z.number(),
  parent: z.string().nullable(),
  status: z.string(),
  directory: z.string(),
  weightsHash: z.string(),
  run: z.string(),
  training: z.record(z.string(), z.json()),
  verdict: verdictSchema.nullable(),
  createdAt: z.number(),
});

/** A row of the registry for the world. */
export function describeVersion(row: VersionsTable): z.input<typeof versionSchema> {
  return {
    id: row.id,
    model: row.model,
    number: row.number,
    parent: row.parent,
    status: row.status,
    directory: row.directory,
    weightsHash: row.weights_hash,
    run: row.run_id,
    training: JSON.parse(row.training_json),
    verdict: row.verdict_json === null ? null : JSON.parse(row.verdict_json),
    createdAt: row.created_at,
  };
}
