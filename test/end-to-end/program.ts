/** The program as a user runs it: a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";

const own = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const bin = own("../../packages/geodrift/bin/geodrift.js");

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function start(
  args: string[],
  cwd?: string,
  /** Beside this process's own, or in its place; undefined for none. */
  env: Record<string, string | undefined> = {},
  script = bin,
): { child: ChildProcess; outcome: Promise<Outcome> } {
  const child = spawn(process.execPath, [script, ...args], {
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

/** The program in the modules that it is bundled of, for who puts something in the place of one. */
export const unbundled = own("./unbundled.js");

export const geodrift = (args: string[], cwd?: string, env?: Record<string, string>): Promise<Outcome> =>
  start(args, cwd, env).outcome;

/**
 * The same within this process, for what is over as soon as it has begun: most of its time is its start. One after another, as
 * the process has one standard output.
 */
export async function inThisProcess(
  args: string[],
  cwd = process.cwd(),
  env: Record<string, string> = {},
): Promise<Outcome> {
  const { main } = await import("../../packages/geodrift/dist/cli/main.js");
  const before = process.cwd();
  const texts = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      texts[name] += text;
      return true;
    }),
  );
  process.chdir(cwd);
  const outside = { ...process.env };
  Object.assign(process.env, env);
  try {
    const code = await main(args);
    return { code, ...texts };
  } finally {
    process.chdir(before);
    for (const name of Object.keys(process.env)) if (!(name in outside)) delete process.env[name];
    Object.assign(process.env, outside);
    for (const spy of spies) spy.mockRestore();
  }
}
