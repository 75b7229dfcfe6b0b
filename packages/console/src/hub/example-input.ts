import type { JsonSchema } from "./mcp.ts";

/** A first input for a tool: the keys its schema requires, each with a value of its type that is quick to replace. Pure. */
export function exampleInput(schema: JsonSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf?.[0]) return exampleInput(schema.anyOf[0]);
  const type = typeof schema.type === "string" ? schema.type : schema.type?.[0];
  switch (type) {
    case "object":
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, exampleInput(schema.properties?.[name] ?? { type: "string" })]),
      );
    case "array":
      return [];
    case "number":
    case "integer":
      return 1;
    case "boolean":
      return false;
    case "string":
      return "";
    default:
      return null;
  }
}

/** The type of a value in a word or two: `string`, `array of string`, `one of "qubo", "greedy"`. Pure. */
export function typeName(schema: JsonSchema): string {
  if (schema.enum) return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(", ")}`;
  if (schema.anyOf) return schema.anyOf.map(typeName).join(" or ");
  if (schema.type === "array") return schema.items ? `array of ${typeName(schema.items)}` : "array";
  return typeof schema.type === "string" ? schema.type : (schema.type?.join(" or ") ?? "any JSON");
}
