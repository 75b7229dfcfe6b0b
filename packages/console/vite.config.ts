import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

// The hub serves `dist` under a policy without inline scripts: nothing is inlined, and no polyfill is written into the page.
export default defineConfig({
  plugins: [preact()],
  // es2022 is the newest target that the esbuild beside Vite may be asked for; the CSS is meant for browsers with light-dark().
  build: {
    outDir: "dist",
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    cssMinify: "lightningcss",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
