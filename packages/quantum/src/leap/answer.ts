import { QuantumError } from "../errors.ts";
import type { SampleSet } from "../sample-set.ts";
import { decodeBq, type HybridSamples } from "./bq.ts";
import { decodeQpAnswer } from "./qp.ts";
import { recordOf } from "./solver.ts";
import type { Bytes, Transport } from "./transport.ts";

/** A decoded answer: samples of a QPU, samples of a hybrid solver, or (nl) the states file of the model as bytes. */
export type LeapAnswer =
  | { readonly format: "qp"; readonly samples: SampleSet }
  | { readonly format: "bq"; readonly samples: HybridSamples }
  | { readonly format: "binary-ref"; readonly bytes: Bytes; readonly shape: Readonly<Record<string, unknown>> };

/** Decodes what Leap served for a job of this type; fetches what it only refers to. Throws LEAP_ANSWER_INVALID and transport codes. */
export async function decodeAnswer(
  transport: Transport,
  type: string,
  answer: Readonly<Record<string, unknown>>,
  offset: number,
  signal?: AbortSignal,
): Promise<LeapAnswer> {
  const { format = "qp" } = answer;
  if (format === "qp") return { format, samples: decodeQpAnswer(answer, type === "qubo" ? "qubo" : "ising", offset) };
  if (format === "bq") return { format, samples: decodeBq(answer.data) };
  if (format !== "binary-ref")
    throw new QuantumError("LEAP_ANSWER_INVALID", { field: "format", wanted: "qp, bq or binary-ref", got: format });
  const { url, auth_method: auth = "sapi-token" } = answer;
  if (auth !== "sapi-token")
    throw new QuantumError("LEAP_ANSWER_INVALID", { field: "auth_method", wanted: "sapi-token", got: auth });
  // The token goes along, so the address must be Leap's own.
  if (typeof url !== "string" || !URL.canParse(url, transport.urlOf("").href) || !isAtHome(transport, url))
    throw new QuantumError("LEAP_ANSWER_INVALID", { field: "url", wanted: "an address at the solver API's host", got: url });
  const { bytes } = await transport.send({ method: "GET", path: url, signal });
  return { format, bytes, shape: recordOf(answer.shape) };
}

function isAtHome(transport: Transport, url: string): boolean {
  return transport.urlOf(url).origin === transport.urlOf("").origin;
}
