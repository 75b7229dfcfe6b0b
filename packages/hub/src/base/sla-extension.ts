/**
 * What an agent's card says of its service beyond A2A itself: the `params` of the extension below, and the object that
 * travels under the same URI in a message's metadata. docs/reference/sla.md is the written form of both.
 */
import { z } from "zod";

/** The A2A extension that carries service terms on cards and chains of calls in messages. */
export const slaExtension = "https://entente.dev/a2a/ext/sla/v1";

/** Classes of data, from harmless to secret; an agent may be given its own class and everything before it. */
export const dataClasses = ["public", "internal", "confidential", "restricted"] as const;
export type DataClass = (typeof dataClasses)[number];

/** What an agent promises of its service. Times in ms, `success` a share from 0 to 1, `cost` in credits per task. */
export const promises = z.object({
  acceptMs: z.number().positive(),
  firstArtifactMs: z.number().positive(),
  totalMs: z.number().positive(),
  success: z.number().gt(0).lt(1),
  cost: z.number().min(0),
});

/** The extension's params on a card; everything may be left out, and members that we do not know are let pass. */
export const serviceParams = z.object({
  region: z.string().optional(),
  price: z.number().min(0).optional(),
  data: z
    .object({ accepts: z.enum(dataClasses).optional(), retains: z.boolean().optional(), trains: z.boolean().optional() })
    .optional(),
  idempotentSkills: z.array(z.string()).optional(),
  promises: promises.partial().optional(),
});

/** Service facts of one agent. */
export type ServiceParams = z.output<typeof serviceParams>;

/** The agents a piece of work has passed on its way, and what it may still cost. */
export const chainSchema = z.object({
  id: z.string().min(1).max(128),
  path: z.array(z.string().max(256)).max(256),
  spent: z.number().min(0),
  limit: z.number().min(0).optional(),
});
export type Chain = z.output<typeof chainSchema>;

/** What travels in a message's metadata under the extension's URI. `remainingMs` is the time left when it was sent. */
export const travelling = z.object({
  chain: chainSchema.optional(),
  skill: z.string().optional(),
  agreement: z.string().optional(),
  remainingMs: z.number().min(0).optional(),
});
export type Travelling = z.output<typeof travelling>;

const cardShape = z.object({
  capabilities: z
    .object({ extensions: z.array(z.object({ uri: z.string(), params: z.unknown().optional() })).default([]) })
    .optional(),
});

/** The service params of a card (A2A 1.0 JSON); none when the card has no such extension or its params do not fit. */
export function serviceParamsOf(card: unknown): ServiceParams {
  const extensions = cardShape.safeParse(card).data?.capabilities?.extensions ?? [];
  const params = extensions.find((extension) => extension.uri === slaExtension)?.params;
  return serviceParams.safeParse(params ?? {}).data ?? {};
}

const costed = z.object({ [slaExtension]: z.object({ cost: z.number().min(0) }) });

/** What a task cost, in credits, where its agent said so: in the metadata of the task or of one of its artifacts. */
export function costOf(task: {
  readonly metadata?: unknown;
  readonly artifacts?: readonly { readonly metadata?: unknown }[] | undefined;
}): number | undefined {
  for (const { metadata } of [task, ...(task.artifacts ?? [])]) {
    if (metadata === undefined) continue;
    const said = costed.safeParse(metadata);
    if (said.success) return said.data[slaExtension].cost;
  }
  return undefined;
}

/** A text that a message's metadata carries, by itself or in what travels under the extension: `skill`, `agreement`. */
export function carriedText(
  metadata: { readonly [key: string]: unknown } | undefined,
  name: "skill" | "agreement",
): string | undefined {
  const plain = metadata?.[name];
  if (typeof plain === "string") return plain;
  const carried = metadata?.[slaExtension];
  return carried === undefined ? undefined : travelling.safeParse(carried).data?.[name];
}
