import { defineConfig } from "vitepress";

const pages = (folder: string, names: readonly string[]) =>
  names.map((name) => ({ text: name.replaceAll("-", " "), link: `/${folder}/${name}` }));

export default defineConfig({
  title: "Entente",
  description: "A hub where AI agents negotiate work, optimise, and keep a language model learning from your files",
  themeConfig: {
    search: { provider: "local" },
    sidebar: [
      { text: "Guides", items: pages("guides", ["operator", "analyst", "model-owner", "agent-author", "negotiation"]) },
      {
        text: "Reference",
        items: pages("reference", [
          "tools",
          "cli",
          "configuration",
          "errors",
          "metrics",
          "a2a",
          "pipe",
          "sdk",
          "routing",
          "sla",
          "negotiation",
          "negotiation-extension",
          "language-models",
          "auctions",
          "plans",
          "collaboration",
          "tasks",
          "optimisation-jobs",
          "optimisation",
          "guarantees",
          "benchmarks",
        ]),
      },
      {
        text: "Decisions",
        items: pages("decisions", [
          "001-toolchain",
          "002-layers",
          "003-both-curators",
          "004-text-vectors",
          "005-search",
          "006-own-a2a-engine",
          "007-joining",
        ]),
      },
    ],
  },
});
