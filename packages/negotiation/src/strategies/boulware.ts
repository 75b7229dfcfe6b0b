import { acNext } from "../bargaining/acceptance.ts";
import { compose } from "../bargaining/compose.ts";
import { timeDependent } from "../bargaining/time-dependent.ts";

/** Concedes late: a time-dependent target with e = 0.2, AC_next. */
export const boulware = compose({ name: "boulware", bidding: timeDependent(0.2), acceptance: acNext() });
export default boulware;
