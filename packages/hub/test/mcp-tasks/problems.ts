/** A triangle that cannot satisfy all three of its couplings: the ground state has energy -1. */
export const frustrated = {
  vartype: "SPIN",
  quadratic: [
    ["a", "b", 1],
    ["b", "c", 1],
    ["a", "c", 1],
  ],
};

/** A job that takes a minute. Its text, in the Max-Cut format, is too large to be solved at once. */
export const long = { text: ring(400), format: "mc", seconds: 60, solver: "simulated-annealing" };

function ring(n: number): string {
  return `${n} ${n}\n${Array.from({ length: n }, (_, i) => `${i + 1} ${((i + 1) % n) + 1} 1`).join("\n")}\n`;
}
