// The paper that plots are drawn on: a frame with two axes, scales, ticks and escaped text. Everything is drawn in currentColor, so that a
// plot is readable on light and dark pages; the parties have colours of middle lightness, which stand out from both, and shapes of their own.

/** A range of values. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The frame: where a plot's inside lies on the paper, in pixels, and the values at its ends. */
export interface Chart {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly xs: Range;
  readonly ys: Range;
}

/** How a party is drawn. */
export interface Ink {
  readonly colour: string;
  readonly shape: "circle" | "square" | "triangle" | "diamond";
}

const inks: readonly Ink[] = [
  { colour: "#2f7fd6", shape: "circle" },
  { colour: "#d9622b", shape: "square" },
  { colour: "#9a5bd0", shape: "triangle" },
  { colour: "#8a8330", shape: "diamond" },
];

/** The ink of party p. */
export function inkOf(p: number): Ink {
  return inks[p % inks.length]!;
}

/** The colour of what was agreed. */
export const agreedColour = "#1e9e5a";

/** A pixel, with no more digits than can be seen. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Where a value lies on the paper. */
export function xOf({ left, width, xs }: Chart, value: number): number {
  return left + ((value - xs.low) / (xs.high - xs.low)) * width;
}

/** Where a value lies on the paper; pixels grow downward. */
export function yOf({ top, height, ys }: Chart, value: number): number {
  return top + height - ((value - ys.low) / (ys.high - ys.low)) * height;
}

/** Text as XML. */
export function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML allows no control characters
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").replace(/[&<>"']/g, (one) => entities[one]!);
}

/** A long name cut to fit. */
export function shortened(text: string, most = 28): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** The range of some values, widened to hold 0 to 1, the range of normalised utilities. */
export function utilityRange(values: Iterable<number>): Range {
  let [low, high] = [0, 1];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return { low, high };
}

/** Round values within a range, about `wanted` of them. */
export function ticks({ low, high }: Range, wanted: number, whole = false): readonly number[] {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(whole ? 1 : 0, [1, 2, 5, 10].find((one) => one * power >= rough)! * power);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The frame with ticks, a faint grid and the axes' names. */
export function frame(chart: Chart, xName: string, yName: string, wholeX = false): string {
  const { left, top, width, height } = chart;
  const [right, bottom] = [left + width, top + height];
  const text = (x: number, y: number, anchor: string, words: string, more = "") =>
    `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}"${more}>${escaped(words)}</text>`;
  const marks = [
    ...ticks(chart.xs, Math.max(2, width / 90), wholeX).map((value) => {
      const x = xOf(chart, value);
      return `<path d="M${px(x)} ${px(top)}V${px(bottom)}"/>${text(x, bottom + 16, "middle", String(value))}`;
    }),
    ...ticks(chart.ys, Math.max(2, height / 56)).map((value) => {
      const y = yOf(chart, value);
      return `<path d="M${px(left)} ${px(y)}H${px(right)}"/>${text(left - 8, y + 4, "end", String(value))}`;
    }),
  ];
  const middle = top + height / 2;
  return [
    `<g class="frame">${marks.join("")}</g>`,
    text(left + width / 2, bottom + 36, "middle", xName),
    text(left - 42, middle, "middle", yName, ` transform="rotate(-90 ${px(left - 42)} ${px(middle)})"`),
  ].join("\n");
}

/** The mark of a party at a pixel. */
export function mark({ colour, shape }: Ink, x: number, y: number, size: number): string {
  const [a, b, s] = [px(x), px(y), size];
  const fill = `fill="${colour}"`;
  switch (shape) {
    case "circle":
      return `<circle cx="${a}" cy="${b}" r="${px(s)}" ${fill}/>`;
    case "square":
      return `<rect x="${px(x - s * 0.9)}" y="${px(y - s * 0.9)}" width="${px(s * 1.8)}" height="${px(s * 1.8)}" ${fill}/>`;
    case "triangle":
      return `<path d="M${a} ${px(y - s * 1.2)}l${px(s * 1.15)} ${px(s * 2)}h${px(-s * 2.3)}z" ${fill}/>`;
    case "diamond":
      return `<path d="M${a} ${px(y - s * 1.3)}l${px(s * 1.3)} ${px(s * 1.3)}l${px(-s * 1.3)} ${px(s * 1.3)}l${px(-s * 1.3)} ${px(-s * 1.3)}z" ${fill}/>`;
  }
}

/** A five-pointed star around a pixel: the agreement. */
export function star(x: number, y: number, size: number): string {
  const corners = Array.from({ length: 10 }, (_, i) => {
    const [radius, angle] = [i % 2 === 0 ? size : size * 0.45, (Math.PI * i) / 5 - Math.PI / 2];
    return `${px(x + radius * Math.cos(angle))} ${px(y + radius * Math.sin(angle))}`;
  });
  return `<path d="M${corners.join("L")}Z" fill="${agreedColour}" stroke="currentColor" stroke-width="0.8"/>`;
}

/** A whole SVG of one plot, with a title and a description for those who do not see it. */
export function paper(
  id: string,
  width: number,
  height: number,
  title: string,
  description: string,
  body: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-desc" color="currentColor" fill="currentColor" font-family="ui-sans-serif, system-ui, sans-serif" font-size="12">`,
    `<title id="${id}-title">${escaped(title)}</title>`,
    `<desc id="${id}-desc">${escaped(description)}</desc>`,
    "<style>.frame path{stroke:currentColor;stroke-opacity:.13;fill:none}.frame text{fill-opacity:.75}</style>",
    ...body,
    "</svg>",
    "",
  ].join("\n");
}
