import { QuantumError } from "../errors.ts";
import { chimera } from "./chimera.ts";
import { type Chip, type TopologyType, topologyTypes } from "./chip.ts";
import { pegasus } from "./pegasus.ts";
import { zephyr } from "./zephyr.ts";

/** The perfect chip of a solver's property `topology` ({ type, shape }). Throws TOPOLOGY_INVALID. */
export function perfectChip(type: string, shape: readonly number[]): Chip {
  const known = topologyTypes.find((name) => name === type);
  if (known === undefined)
    throw new QuantumError("TOPOLOGY_INVALID", { field: "type", wanted: topologyTypes.join(", "), got: type });
  const [a, b, c] = shape;
  const wanted: Record<TopologyType, number> = { chimera: 3, pegasus: 1, zephyr: 2 };
  // Zephyr's shape may leave out t, which is 4 on every processor so far.
  if (a === undefined || shape.length > wanted[known])
    throw new QuantumError("TOPOLOGY_INVALID", { field: "shape", wanted: `${wanted[known]} numbers`, got: shape });
  return known === "chimera" ? chimera(a, b, c) : known === "pegasus" ? pegasus(a) : zephyr(a, b);
}
