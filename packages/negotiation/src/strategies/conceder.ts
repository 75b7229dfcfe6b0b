import { acNext } from "../bargaining/acceptance.ts";
import { compose } from "../bargaining/compose.ts";
import { timeDependent } from "../bargaining/time-dependent.ts";

/** Concedes early: a time-dependent target with e = 2, AC_next. */
export const conceder = compose({ name: "conceder", bidding: timeDependent(2), acceptance: acNext() });
export default conceder;
