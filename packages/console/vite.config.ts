import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

// The hub serves `dist` under a policy without inline scripts: nothing is inlined, and no polyfill is written into the page.
export default defineConfig({
  plugins: [preact()],
  build: { outDir: "dist", target: "es2024", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
