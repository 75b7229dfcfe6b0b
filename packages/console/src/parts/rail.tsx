import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { LiveState } from "../hub/live.ts";
import { applyTheme, storedTheme, themes } from "../theme.ts";
import { Icon, type IconName, Mark } from "./icon.tsx";

const views: readonly { readonly href: string; readonly name: string; readonly icon: IconName }[] = [
  { href: "/", name: "Overview", icon: "overview" },
  { href: "/runs", name: "The loop", icon: "runs" },
  { href: "/negotiations", name: "Negotiations", icon: "negotiations" },
  { href: "/optimisation", name: "Optimisation", icon: "optimisation" },
  { href: "/versions", name: "Versions", icon: "versions" },
  { href: "/ask", name: "Ask", icon: "ask" },
  { href: "/tools", name: "Tools", icon: "tools" },
];

const states: Readonly<Record<LiveState, readonly [string, string]>> = {
  connecting: ["", "connecting"],
  open: ["good", "live"],
  lost: ["warn", "reconnecting"],
  refused: ["bad", "signed out"],
};

/** The way between the views, and how the console stands with the hub. */
export function Rail({ path, state }: { readonly path: string; readonly state: LiveState }): VNode {
  const [theme, setTheme] = useState(storedTheme);
  const [dot, word] = states[state];
  return (
    <header class="rail">
      <a class="brand" href="/">
        <Mark />
        Entente
      </a>
      <nav class="nav" aria-label="views">
        {views.map(({ href, name, icon }) => {
          const here = href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
          return (
            <a key={href} href={href} aria-current={here ? "page" : undefined}>
              <Icon name={icon} />
              {name}
            </a>
          );
        })}
      </nav>
      <div class="rail-foot">
        <span class="link-state" role="status">
          <span class={`dot ${dot}`} />
          {word}
        </span>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a legend and a box that a small switch has no room for */}
        <div class="themes" role="group" aria-label="colours">
          {themes.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === theme}
              onClick={() => {
                applyTheme(name);
                setTheme(name);
              }}
            >
              {name}
            </button>
          ))}
        </div>
      </div>
    </header>
  );
}
