import { QuantumError } from "../errors.ts";
import { mediaTypes } from "./media-type.ts";
import { type LeapSettings, safeEndpoint } from "./settings.ts";
import type { Transport } from "./transport.ts";

/** One region of Leap: its code, such as eu-central-1, and the endpoint of its solver API. */
export interface LeapRegion {
  readonly code: string;
  readonly name: string;
  readonly endpoint: string;
}

/** The region taken when none is asked for. */
export const defaultRegion = "na-west-1";
const defaultEndpoint = "https://cloud.dwavesys.com/sapi/";
const defaultMetadataEndpoint = "https://cloud.dwavesys.com/metadata/v1/";

/** Asks the metadata API for all regions; needs no token. `metadata` is a transport to it. Throws LEAP_BAD_RESPONSE. */
export async function fetchRegions(metadata: Transport, signal?: AbortSignal): Promise<readonly LeapRegion[]> {
  const json = await metadata.json({ method: "GET", path: "regions/", accept: mediaTypes.regions, signal });
  if (!Array.isArray(json) || !json.every(isRegion))
    throw new QuantumError("LEAP_BAD_RESPONSE", {
      url: metadata.urlOf("regions/").href,
      wanted: "a list of {code, name, endpoint}",
      got: json,
    });
  return json;
}

/**
 * The solver endpoint that settings lead to: the one they name, else that of their region. The default region at the usual metadata
 * API needs no request; `regions` is asked otherwise. Throws LEAP_REGION_UNKNOWN, LEAP_BAD_RESPONSE.
 */
export async function solverEndpoint(settings: LeapSettings, regions: () => Promise<readonly LeapRegion[]>): Promise<string> {
  if (settings.endpoint !== undefined) return settings.endpoint;
  const region = settings.region ?? defaultRegion;
  if (region === defaultRegion && settings.metadataEndpoint === defaultMetadataEndpoint) return defaultEndpoint;
  const known = await regions();
  const found = known.find(({ code }) => code === region);
  if (found === undefined) throw new QuantumError("LEAP_REGION_UNKNOWN", { region, known: known.map(({ code }) => code) });
  const endpoint = safeEndpoint(found.endpoint);
  if (endpoint === undefined)
    throw new QuantumError("LEAP_BAD_RESPONSE", {
      url: settings.metadataEndpoint,
      wanted: "an https endpoint",
      got: found.endpoint,
    });
  return endpoint;
}

function isRegion(value: unknown): value is LeapRegion {
  if (typeof value !== "object" || value === null) return false;
  const { code, name, endpoint } = value as Record<string, unknown>; // why: any object may be read by field names
  return typeof code === "string" && typeof name === "string" && typeof endpoint === "string" && URL.canParse(endpoint);
}
