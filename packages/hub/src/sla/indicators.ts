/** What is measured of a task. Times are ms from its submission, cost is in credits, success is how it ended. */
export const indicators = ["accept", "first-artifact", "total", "success", "cost"] as const;
export type Indicator = (typeof indicators)[number];

/** The indicators that are lengths of time. */
export const timeIndicators = ["accept", "first-artifact", "total"] as const;
export type TimeIndicator = (typeof timeIndicators)[number];
