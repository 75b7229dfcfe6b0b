import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { duration, figure } from "../figures.ts";
import { callTool, HubError } from "../hub/mcp.ts";
import { type PlacedModel, withOptions } from "../hub/optimisation.ts";
import { Drawing } from "./drawing.tsx";
import { ErrorNotice } from "./notice.tsx";

interface Chip {
  readonly name: string;
  readonly topology: string;
  readonly shape: readonly number[];
}

const chips: readonly Chip[] = [
  { name: "Pegasus P16 (Advantage)", topology: "pegasus", shape: [16] },
  { name: "Zephyr Z12 (Advantage2)", topology: "zephyr", shape: [12, 4] },
  { name: "Chimera C16 (2000Q)", topology: "chimera", shape: [16, 16, 4] },
  { name: "Pegasus P4", topology: "pegasus", shape: [4] },
];

/** Places the problem on a quantum chip and draws the chains. */
export function ChipPanel({ tool, input }: { readonly tool: string; readonly input: () => object }): VNode {
  const [at, setAt] = useState(0);
  const [placed, setPlaced] = useState<PlacedModel | HubError | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const place = async (): Promise<void> => {
    const chip = chips[at];
    if (!chip) return;
    setBusy(true);
    try {
      const model = await modelFor(tool, input());
      const { topology, shape } = chip;
      setPlaced(await callTool<PlacedModel>("quantum_embed", { ...model, topology, shape, drawing: true }));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      setPlaced(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="panel stack" aria-labelledby="chip-title">
      <div class="row">
        <h2 id="chip-title">On a quantum chip</h2>
        <label>
          <span class="unseen">chip</span>
          <select class="field" value={at} onChange={(event) => setAt(Number(event.currentTarget.value))}>
            {chips.map(({ name }, k) => (
              <option key={name} value={k}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="button" disabled={busy} onClick={() => void place()}>
          {busy ? "Placing…" : "Place it"}
        </button>
      </div>
      {placed instanceof HubError ? <ErrorNotice error={placed} /> : null}
      {placed && !(placed instanceof HubError) ? <Placed model={placed} /> : null}
      {placed === undefined ? (
        <p class="soft">A variable becomes a chain of qubits. Place the problem to see how many it takes, and where they lie.</p>
      ) : null}
    </section>
  );
}

function Placed({ model }: { readonly model: PlacedModel }): VNode {
  const { variables, qubits, longestChain, meanChain, chainStrength, timeMs, method, drawing } = model;
  return (
    <>
      <p class="number">
        {variables} variables on {qubits} qubits; chains of {figure(meanChain)} on average and {longestChain} at most, chain
        strength {figure(chainStrength)}; {method === "clique" ? "by construction" : "by search"} in {duration(timeMs)}.
      </p>
      {drawing ? (
        <div class="chip">
          <Drawing svg={drawing} />
        </div>
      ) : null}
    </>
  );
}

// What builders make may have constraints, which a chip knows only as penalties.
async function modelFor(tool: string, input: object): Promise<object> {
  if (tool === "quantum_solve") return input;
  const built = await callTool<{ model: { id: string; kind: string } }>(tool, withOptions(tool, input, { buildOnly: true }));
  if (built.model.kind === "bqm") return { model: built.model.id };
  const converted = await callTool<{ model: { id: string } }>("quantum_model_convert", {
    model: built.model.id,
    to: "bqm",
    keep: true,
  });
  return { model: converted.model.id };
}
