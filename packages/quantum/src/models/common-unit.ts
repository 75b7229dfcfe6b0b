const mostDecimals = 6;
const largest = 2 ** 40; // products of two such units still have room in f64

/**
 * The largest unit of which every value is a whole multiple, or undefined where there is none with at most six decimals: 6 and 9
 * have 3, 0.25 and 1.5 have 0.25, 1 and pi have none. Zeros do not count; without values it is 1.
 */
export function commonUnit(values: Iterable<number>): number | undefined {
  const all = [...values].map(Math.abs).filter((v) => v !== 0);
  for (let decimals = 0; decimals <= mostDecimals; decimals++) {
    const scale = 10 ** decimals;
    const whole = all.map((v) => Math.round(v * scale));
    if (!all.every((v, i) => whole[i]! > 0 && whole[i]! <= largest && Math.abs(v * scale - whole[i]!) <= 1e-9 * whole[i]!))
      continue;
    const common = whole.reduce(greatestDivisor, 0);
    return common === 0 ? 1 : common / scale;
  }
  return undefined;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
