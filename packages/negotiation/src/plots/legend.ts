import { escaped, px, shortened } from "./chart.ts";

/** What a legend explains: a drawing around (0, 0), about 14 pixels wide, and its words. */
export interface Key {
  readonly drawing: string;
  readonly words: string;
}

const wordWidth = 6.2;

/** Keys in a row, broken into lines where they do not fit; `height` is what they take. */
export function legend(
  keys: readonly Key[],
  left: number,
  top: number,
  width: number,
): { readonly svg: string; readonly height: number } {
  let [x, y] = [left, top];
  const drawn = keys.map(({ drawing, words }) => {
    const text = shortened(words, 44);
    const size = 22 + text.length * wordWidth + 16;
    if (x > left && x + size > left + width + 16) [x, y] = [left, y + 19];
    const one = `<g transform="translate(${px(x + 8)} ${px(y)})">${drawing}</g><text x="${px(x + 22)}" y="${px(y + 4)}">${escaped(text)}</text>`;
    x += size;
    return one;
  });
  return { svg: drawn.join("\n"), height: y - top + 19 };
}
