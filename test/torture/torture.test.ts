/**
 * Every command that changes something, killed at random moments (`kill -9`), as often as is asked for, and two of it at once: in the
 * end all is as if nobody had disturbed it. `npm run torture` takes two hundred kills each, `npm run torture -- -t scan` one of them;
 * in the tests it is one.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Generator } from "@geodrift/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start } from "../end-to-end/program.js";
import { raw, startServer } from "../end-to-end/server.js";
import { copied, post, type Scenario, scenarios } from "./scenarios.js";

const kills = Number(process.env.GEODRIFT_KILLS ?? (process.env.npm_lifecycle_event === "torture" ? 200 : 1));
const seed = Number(process.env.GEODRIFT_SEED ?? 1);
const root = mkdtempSync(join(tmpdir(), "geodrift-torture-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a scenario's command once; killed after so many milliseconds, if they are given. @returns whether it has ended by itself */
async function once(scenario: Scenario, folder: string, killAfterMs?: number): Promise<boolean> {
  const command = scenario.command(folder);
  if ("args" in command) {
    const { child, outcome } = start(command.args, folder, command.env);
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    const { code, stderr } = await outcome;
    clearTimeout(timer);
    if (code !== null && code !== 0) throw new Error(stderr);
    return code === 0;
  }
  const server = await startServer(["--library", join(folder, "index")]);
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => server.child.kill("SIGKILL"), killAfterMs);
  const say = async (path: string, body: object) => {
    const { status, body: text } = await post(server.port, path, body);
    if (status !== 200) throw new Error(text.toString());
  };
  try {
    await command.over(say);
    clearTimeout(timer);
    await server.stop();
    return true;
  } catch (e) {
    clearTimeout(timer);
    // A connection that is cut off is the kill; an answer that is none is a finding.
    if (server.child.exitCode === null && server.child.signalCode === null) {
      await raw(server, "/api/health").catch(() => undefined);
      await server.stop();
      if (!/socket hang up|ECONNRESET|ECONNREFUSED/.test(String(e))) throw e;
    }
    return false;
  }
}

describe.each(Object.entries(scenarios))("%s", (name, scenario) => {
  const base = join(root, name, "base");
  let whole: unknown;
  let milliseconds = 0;

  beforeAll(async () => {
    // Made where the trials are, as paths are part of what is written.
    const folder = join(root, name, "folder");
    mkdirSync(folder, { recursive: true });
    await scenario.prepare(folder);
    copied(folder, base);
    await once(scenario, folder);
    whole = await scenario.result(folder);
    rmSync(folder, { recursive: true });
    // The second time, when everything has been read before.
    copied(base, folder);
    const before = performance.now();
    await once(scenario, folder);
    milliseconds = performance.now() - before;
    expect(await scenario.result(folder)).toEqual(whole);
    rmSync(folder, { recursive: true });
  }, 600_000);
  afterAll(() => scenario.close?.());

  it(
    "is the same after kills at any moment",
    async () => {
      const random = new Generator(seed);
      for (let done = 0; done < kills; ) {
        // In the same place for all trials, as paths are part of what is written.
        const folder = copied(base, join(root, name, "folder"));
        for (let ended = false; !ended; ) {
          const after = done < kills ? random.uniform(0, 1.05 * milliseconds) : undefined;
          ended = await once(scenario, folder, after);
          if (!ended) done++;
        }
        expect(await scenario.result(folder), `after ${done} kills with seed ${seed}`).toEqual(whole);
        rmSync(folder, { recursive: true });
      }
    },
    24 * 3_600_000,
  );

  it("is the same where two of it run at once", async () => {
    const folder = copied(base, join(root, name, "folder"));
    const said: unknown[] = [];
    await Promise.all([0, 1].map(() => once(scenario, folder).catch((e: unknown) => said.push(e))));
    // One of them may refuse, in a sentence; then it goes on where the other has ended.
    for (const e of said) expect(String(e)).not.toMatch(/mistake in geodrift|at .*\(.*:\d+:\d+\)/);
    if (said.length > 0) await once(scenario, folder);
    expect(await scenario.result(folder)).toEqual(whole);
    rmSync(folder, { recursive: true });
  }, 600_000);
});
