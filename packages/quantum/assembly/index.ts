export {
  energies8,
  energies16,
  energies32,
  fields8,
  fields16,
  fields32,
  sweep8,
  sweep16,
  sweep32,
  thresholds8,
  thresholds16,
  thresholds32,
} from "./lanes";
export { tabu16, tabu32, tabu8 } from "./tabu";
