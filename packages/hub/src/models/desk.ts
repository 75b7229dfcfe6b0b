import { toolsOf } from "../base/tool.ts";
import type { Models } from "./models.ts";

/** Declares a tool about language models. */
export const defineModelsTool = toolsOf<Models>();
