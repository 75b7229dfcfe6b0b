import type { ModelPreset } from "@entente/learning";

/** Tokens a second that one core trains on before anything was measured here, by the size of the model: what two cores of 2024 did. */
export const assumedRates: Readonly<Record<ModelPreset, number>> = { nano: 16_000, micro: 6_000, mini: 2_000 };
