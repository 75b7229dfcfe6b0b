/** A job that takes a minute. Its text, in the Max-Cut format, is too large to be solved at once. */
export const long = { text: ring(400), format: "mc", seconds: 60, solver: "simulated-annealing" };

function ring(n: number): string {
  return `${n} ${n}\n${Array.from({ length: n }, (_, i) => `${i + 1} ${((i + 1) % n) + 1} 1`).join("\n")}\n`;
}
