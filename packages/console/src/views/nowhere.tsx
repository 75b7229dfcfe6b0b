import type { VNode } from "preact";
import { Page } from "../parts/page.tsx";

/** For an address that names no view. */
export function Nowhere({ path }: { readonly path: string }): VNode {
  return (
    <Page title="Nothing here" sub={<span class="mono">{path}</span>}>
      <p>
        No view has this address. <a href="/">Go to the overview</a>.
      </p>
    </Page>
  );
}
