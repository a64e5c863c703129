import type { PageEngine } from "./engine.js";
export function browserEngine(): PageEngine { throw new Error("later"); }
