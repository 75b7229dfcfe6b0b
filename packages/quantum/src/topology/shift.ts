import { chimeraFromLinear, chimeraToLinear } from "./chimera.ts";
import type { Chip } from "./chip.ts";
import { pegasusFromLinear, pegasusToLinear } from "./pegasus.ts";
import { zephyrFromLinear, zephyrToLinear } from "./zephyr.ts";

/** The index of the qubit that lies whole cells down and across from another, or undefined beyond the rim. It may be missing on a damaged chip. */
export function shiftedQubit(
  { type, shape }: Pick<Chip, "type" | "shape">,
  q: number,
  down: number,
  across: number,
): number | undefined {
  const inside = (value: number, size: number) => value >= 0 && value < size;
  const m = shape[0]!;
  if (type === "chimera") {
    const [i, j, u, k] = chimeraFromLinear(shape, q);
    const fits = inside(i + down, m) && inside(j + across, shape[1]!);
    return fits ? chimeraToLinear(shape, [i + down, j + across, u, k]) : undefined;
  }
  if (type === "pegasus") {
    const [u, w, k, z] = pegasusFromLinear(shape, q);
    const [line, segment] = u === 0 ? [w + across, z + down] : [w + down, z + across];
    return inside(line, m) && inside(segment, m - 1) ? pegasusToLinear(shape, [u, line, k, segment]) : undefined;
  }
  const [u, w, k, j, z] = zephyrFromLinear(shape, q);
  const [line, segment] = u === 0 ? [w + 2 * across, z + down] : [w + 2 * down, z + across];
  return inside(line, 2 * m + 1) && inside(segment, m) ? zephyrToLinear(shape, [u, line, k, j, segment]) : undefined;
}
