/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * What can be measured on a page about being readable. Runs in the browser: a function here may use nothing outside
 * itself. Contrast is the ratio of WCAG 2.2 (relative luminance, section "contrast ratio"), of each text against the
 * surfaces behind it laid over each other.
 */

/** Texts whose contrast with what lies behind them is below `least`, as `ratio color/background "text"`. */
export function paleTexts(least: number): readonly string[] {
  type Colour = readonly [number, number, number, number];
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!pen) throw new Error("this browser has no canvas");
  const read = (css: string): Colour => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = css;
    pen.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = pen.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top: Colour, under: Colour): Colour => {
    const mix = (a: number, b: number): number => a * top[3] + b * (1 - top[3]);
    return [mix(top[0], under[0]), mix(top[1], under[1]), mix(top[2], under[2]), 1];
  };
  const luminance = (colour: Colour): number => {
    const [red = 0, green = 0, blue = 0] = colour.slice(0, 3).map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element: Element | null): Colour => {
    if (!element) return [255, 255, 255, 1];
    const colour = read(getComputedStyle(element).backgroundColor);
    return colour[3] === 1 ? colour : over(colour, behind(element.parentElement));
  };
  const pale: string[] = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes]
      .filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.textContent ?? "")
      .join("")
      .trim();
    if (text === "" || element.closest(".unseen, svg, noscript, script") || !element.checkVisibility()) continue;
    const ground = behind(element);
    const ink = over(read(getComputedStyle(element).color), ground);
    const [light, dark] = [luminance(ink), luminance(ground)].sort((a, b) => b - a);
    const ratio = ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
    if (ratio < least)
      pale.push(
        `${ratio.toFixed(2)} ${ink.slice(0, 3).map(Math.round)}/${ground.slice(0, 3).map(Math.round)} "${text.slice(0, 40)}"`,
      );
  }
  return pale;
}

/** How many headings skip a level (an h3 straight after an h1), as `h1 > h3 "text"`. */
export function skippedHeadings(): readonly string[] {
  const skipped: string[] = [];
  let before = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    if (!heading.checkVisibility()) continue;
    const level = Number(heading.tagName.slice(1));
    if (level > before + 1) skipped.push(`h${before} > h${level} "${heading.textContent}"`);
    before = level;
  }
  return skipped;
}

/** Adds up in `window.shifted` how far things move without being asked to (Layout Instability API), from now on. */
export function watchShifts(): void {
  Object.assign(window, { shifted: 0 });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if ("value" in entry && "hadRecentInput" in entry && !entry.hadRecentInput)
        Object.assign(window, { shifted: Number(Reflect.get(window, "shifted")) + Number(entry.value) });
  }).observe({ type: "layout-shift", buffered: false });
}
