import { acNext } from "../bargaining/acceptance.ts";
import { compose } from "../bargaining/compose.ts";
import { timeDependent } from "../bargaining/time-dependent.ts";

/** Concedes evenly: a time-dependent target with e = 1, AC_next. */
export const linear = compose({ name: "linear", bidding: timeDependent(1), acceptance: acNext() });
export default linear;
