import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { Command } from "../parts/command.tsx";
import { Mark } from "../parts/icon.tsx";

/** How to get in: shown to whoever comes without a session, or with a link that was used. */
export function SignIn({ spent }: { readonly spent: boolean }): VNode {
  useEffect(() => {
    document.title = "Open the console · Entente";
  }, []);
  return (
    <div class="sign-in">
      <main>
        <span class="brand">
          <Mark />
          Entente
        </span>
        <h1>{spent ? "This link has been used" : "Open the console by its link"}</h1>
        <p>
          {spent
            ? "A console link works once and for ten minutes, so that one left in a history or a chat opens nothing. Get a new one:"
            : "This hub shows its console only to whoever has the link that it prints when it starts:"}
        </p>
        <ol>
          <li>
            Where the hub runs, ask it for a link:
            <br />
            <Command text="npx entente link" />
          </li>
          <li>Open it within ten minutes. This browser then stays signed in for thirty days.</li>
        </ol>
        <p class="small soft">
          Programs use the token in <code>keys/token</code> of the data folder instead.
        </p>
      </main>
    </div>
  );
}
