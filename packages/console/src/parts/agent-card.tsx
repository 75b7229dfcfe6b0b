import type { VNode } from "preact";
import type { Agent } from "../hub/agent.ts";
import { Pill } from "./pill.tsx";
import { Raw } from "./raw.tsx";

/** Who an agent is, how far it can be trusted, and whether it is busy. */
export function AgentCard({ agent }: { readonly agent: Agent }): VNode {
  const { fulfilled, late, failed } = agent.agreements;
  const settled = fulfilled + late + failed;
  return (
    <li class="agent">
      <header>
        <h3>
          <a href={`/agents/${encodeURIComponent(agent.name)}`}>{agent.name}</a>
        </h3>
        {agent.tasks.working > 0 ? <Pill tone="busy">working</Pill> : <Pill tone="plain">idle</Pill>}
      </header>
      <p title={agent.description}>{agent.description}</p>
      <div class="row small">
        {agent.skills.map((skill) => (
          <span key={skill.id} class="pill" title={skill.description}>
            {skill.name}
          </span>
        ))}
      </div>
      <dl>
        <dt>Agreements</dt>
        <dd>
          {settled === 0 ? (
            <span class="soft">{agent.bids ? "none yet" : "asks, does not bid"}</span>
          ) : (
            <span class="number">
              {fulfilled} kept{late > 0 ? `, ${late} late` : ""}
              {failed > 0 ? `, ${failed} broken` : ""}
            </span>
          )}
        </dd>
        {agent.bids ? (
          <>
            <dt>Reliability</dt>
            <dd class="row">
              <span class="meter" style={{ flex: "1 1 3rem" }}>
                <span style={{ width: `${agent.reliability * 100}%` }} />
              </span>
              <span class="number">{agent.reliability.toFixed(2)}</span>
            </dd>
          </>
        ) : null}
      </dl>
      <Raw label={agent.signed ? "Card, signature verified" : "Card, signature not verified"} value={agent.card} />
    </li>
  );
}
