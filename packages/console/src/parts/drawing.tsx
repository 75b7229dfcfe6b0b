import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";

// What the hub's drawings are made of; anything else is left out, whoever named the things that are drawn.
const elements = new Set(["svg", "g", "path", "circle", "rect", "text", "title", "desc"]);
const attributes =
  /^(xmlns|viewBox|width|height|role|aria-labelledby|id|class|d|[cxyr]|[cr][xy]|fill|fill-opacity|stroke|stroke-(width|opacity|dasharray|linecap)|transform|text-anchor|font-(size|family|weight)|color)$/;

/** An SVG that the hub drew, in the colours of the page. */
export function Drawing({ svg }: { readonly svg: string }): VNode {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    cleaned(root);
    box.current?.replaceChildren(...(root.localName === "svg" ? [document.adoptNode(root)] : []));
  }, [svg]);
  return <div class="drawing" ref={box} />;
}

function cleaned(element: Element): void {
  for (const { name } of [...element.attributes]) if (!attributes.test(name)) element.removeAttribute(name);
  for (const child of [...element.children]) {
    if (elements.has(child.localName)) cleaned(child);
    else child.remove();
  }
}
