/** A router over the History API: the path names the view, so every view has an address and Back works. */
import { useEffect, useState } from "preact/hooks";

const moved = "entente:moved";

/** Goes to an address of the console. */
export function navigate(href: string, how: "push" | "replace" = "push"): void {
  if (how === "push") history.pushState(null, "", href);
  else history.replaceState(null, "", href);
  dispatchEvent(new Event(moved));
}

/** The address now; the component is drawn again when it changes. */
export function useAddress(): URL {
  const [href, setHref] = useState(location.href);
  useEffect(() => {
    const update = (): void => setHref(location.href);
    addEventListener("popstate", update);
    addEventListener(moved, update);
    update();
    return () => {
      removeEventListener("popstate", update);
      removeEventListener(moved, update);
    };
  }, []);
  return new URL(href);
}

/** Makes plain clicks on the console's own links move without loading the page; returns how to stop. */
export function followLinks(): () => void {
  const follow = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.origin !== location.origin || link.target || link.getAttribute("href")?.startsWith("#")) return;
    event.preventDefault();
    if (link.href !== location.href) navigate(link.href);
    scrollTo(0, 0);
  };
  addEventListener("click", follow);
  return () => removeEventListener("click", follow);
}
