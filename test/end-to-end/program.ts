/** The program as a user runs it: a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../packages/geodrift/bin/geodrift.js", import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function start(
  args: string[],
  cwd?: string,
  env: Record<string, string> = {},
): { child: ChildProcess; outcome: Promise<Outcome> } {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (d) => {
    texts.stdout += d;
  });
  child.stderr.on("data", (d) => {
    texts.stderr += d;
  });
  const outcome = new Promise<Outcome>((resolve) => child.on("close", (code) => resolve({ code, ...texts })));
  return { child, outcome };
}

export const geodrift = (args: string[], cwd?: string, env?: Record<string, string>): Promise<Outcome> =>
  start(args, cwd, env).outcome;
