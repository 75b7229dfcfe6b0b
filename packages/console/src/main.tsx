import { render } from "preact";
import { App } from "./app.tsx";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/sign-in.css";
import "./styles/parts.css";
import "./styles/tables.css";
import "./styles/progress.css";
import "./styles/overview.css";
import "./styles/views.css";
import "./styles/agent.css";
import "./styles/negotiation.css";
import "./styles/optimisation.css";
import { applyTheme, storedTheme } from "./theme.ts";

applyTheme(storedTheme());
const root = document.getElementById("console");
if (root) render(<App />, root);
