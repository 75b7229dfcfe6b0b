import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { callTool, HubError } from "../hub/mcp.ts";
import type { Version } from "../hub/version.ts";
import { ErrorNotice, Notice } from "./notice.tsx";

/** How a rollback ended: from which version to which, or why not. */
export type RollbackOutcome = { readonly from: number; readonly to: number } | HubError;

interface RollbackProps {
  readonly champion: Version;
  readonly ended: (outcome: RollbackOutcome) => void;
}

/** The way back to the champion before, which asks first. */
export function Rollback({ champion, ended }: RollbackProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const goBack = async (): Promise<void> => {
    setBusy(true);
    try {
      const { from, to } = await callTool<{ from: Version; to: Version }>("learning_rollback", { model: champion.model });
      ended({ from: from.number, to: to.number });
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      ended(error);
    } finally {
      setBusy(false);
      dialog.current?.close();
    }
  };
  return (
    <>
      <button type="button" class="button danger" onClick={() => dialog.current?.showModal()}>
        Roll back…
      </button>
      <dialog class="confirm" ref={dialog} aria-labelledby="confirm-title">
        <div class="stack">
          <h2 id="confirm-title">Go back from version {champion.number}?</h2>
          <p>
            The champion before it answers again from now on, bit for bit: its weights are checked against their hash first.
            Version {champion.number} stays in the table as rolled back.
          </p>
        </div>
        <div class="row">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Keep version {champion.number}
          </button>
          <button type="button" class="button danger" disabled={busy} onClick={() => void goBack()}>
            {busy ? "Going back…" : "Roll back"}
          </button>
        </div>
      </dialog>
    </>
  );
}

/** Says how a rollback ended. */
export function RollbackNotice({ outcome }: { readonly outcome: RollbackOutcome }): VNode {
  if (outcome instanceof HubError) return <ErrorNotice error={outcome} />;
  return (
    <Notice tone="good">
      Went back from version {outcome.from} to version {outcome.to}.
    </Notice>
  );
}
