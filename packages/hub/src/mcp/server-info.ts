/** Who answers, as MCP clients are told. */
export function serverInfoOf(version: string) {
  return { name: "entente", title: "Entente", version } as const;
}
