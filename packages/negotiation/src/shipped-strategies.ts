import type { Strategy } from "./bargaining/strategy.ts";
import { boulware } from "./strategies/boulware.ts";
import { conceder } from "./strategies/conceder.ts";
import { deadlineMicro } from "./strategies/deadline-micro.ts";
import { linear } from "./strategies/linear.ts";
import { micro } from "./strategies/micro.ts";
import { titForTat } from "./strategies/tit-for-tat.ts";

/** Every strategy of this package, by name; a test compares it with the folder. */
export const shippedStrategies: readonly Strategy[] = [boulware, conceder, deadlineMicro, linear, micro, titForTat];
