#!/usr/bin/env -S node --conditions=entente --max-semi-space-size=32 --single-threaded-gc --v8-pool-size=1
// In a checkout the TypeScript source runs as it is; an installed package carries dist/ instead.
const source = new URL("../src/main.ts", import.meta.url);
const built = new URL("../dist/src/main.js", import.meta.url);
const { existsSync } = await import("node:fs");
await import((existsSync(source) ? source : built).href);
