/** Locks of what no two processes may do at once: whose owner is dead, and whose only looks so by a clock that was set. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { alone, aloneIfFree } from "../../packages/geodrift/dist/files/alone.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-locks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const module = new URL("../../packages/geodrift/dist/files/alone.js", import.meta.url).href;
let next = 0;
const target = () => join(folder, `target-${next++}`);

/** A process that holds a lock for so long, adding a line when it has it, and one when it gives it back. */
async function holder(path: string, ms: number): Promise<ChildProcess> {
  const script = `import { alone } from ${JSON.stringify(module)};
    import { appendFileSync } from "node:fs";
    const path = process.argv[1];
    await alone(path, async () => {
      appendFileSync(path + ".log", "begin " + process.pid + "\\n");
      process.stdout.write("has it");
      await new Promise((resolve) => setTimeout(resolve, ${ms}));
      appendFileSync(path + ".log", "end " + process.pid + "\\n");
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  child.on("exit", () => process.off("exit", kill));
  return child;
}
const said = (child: ChildProcess) => new Promise<void>((resolve) => child.stdout?.once("data", () => resolve()));
const ended = (child: ChildProcess) => new Promise<void>((resolve) => child.once("exit", () => resolve()));
const log = (path: string) => (existsSync(`${path}.log`) ? readFileSync(`${path}.log`, "utf8").trim().split("\n") : []);
const hours = (path: string, n: number) => {
  const at = Date.now() / 1000 + 3600 * n;
  utimesSync(`${path}.lock`, at, at);
};

describe("a lock", () => {
  it("is not taken from the living by a clock that was put forward", async () => {
    const path = target();
    const first = await holder(path, 3000);
    await said(first);
    hours(path, -5);
    await alone(path, async () => expect(log(path)).toHaveLength(2));
  });

  it("is not taken from the living by who does not wait, either", async () => {
    const path = target();
    const first = await holder(path, 60_000);
    await said(first);
    hours(path, -5);
    // Touched as the living do, while it is watched.
    const touching = setInterval(() => hours(path, -5 + Math.random()), 1000);
    expect(await aloneIfFree(path, async () => "done")).toBeUndefined();
    clearInterval(touching);
    first.kill("SIGKILL");
    await ended(first);
    expect(await aloneIfFree(path, async () => "done")).toBe("done");
  });

  it("is taken over at once from the dead of this machine, by a clock that was put back as well, and by who waits already", async () => {
    for (const put of [0, 5]) {
      const path = target();
      const first = await holder(path, 60_000);
      await said(first);
      hours(path, put);
      const then = performance.now();
      const waiting = alone(path, async () => performance.now() - then);
      await delay(500);
      first.kill("SIGKILL");
      expect(await waiting).toBeLessThan(10_000);
      expect(existsSync(`${path}.lock`)).toBe(false);
    }
  });

  it("is one process's at a time, however many wait for the same dead one", async () => {
    const path = target();
    const first = await holder(path, 60_000);
    await said(first);
    const others = await Promise.all(Array.from({ length: 4 }, () => holder(path, 150)));
    await delay(1500);
    first.kill("SIGKILL");
    await Promise.all(others.map(ended));
    const lines = log(path).slice(1);
    expect(lines).toHaveLength(8);
    for (let i = 0; i < 8; i += 2) expect(lines[i + 1]).toBe(lines[i].replace("begin", "end"));
  });

  it("is one's at a time, too, where an owner's file was left without its lock", async () => {
    const path = target();
    const first = await holder(path, 60_000);
    await said(first);
    // As where a program ends by a signal: its lock is given back, and the file that says whose it was stays.
    const left = readFileSync(`${path}.lock.owner`);
    first.kill("SIGKILL");
    await ended(first);
    rmSync(`${path}.lock`, { recursive: true });
    const others = await Promise.all(Array.from({ length: 4 }, () => holder(path, 150)));
    const leaving = setInterval(() => existsSync(`${path}.lock`) || writeFileSync(`${path}.lock.owner`, left), 5);
    await Promise.all(others.map(ended));
    clearInterval(leaving);
    const lines = log(path).slice(1);
    expect(lines).toHaveLength(8);
    for (let i = 0; i < 8; i += 2) expect(lines[i + 1]).toBe(lines[i].replace("begin", "end"));
  });

  it("is not taken from another part of the same process", async () => {
    const path = target();
    const lines: string[] = [];
    const work = (name: string) => async () => {
      lines.push(`begin ${name}`);
      await delay(600);
      lines.push(`end ${name}`);
    };
    await Promise.all([alone(path, work("a")), alone(path, work("b"))]);
    expect(lines).toEqual([lines[0], lines[0].replace("begin", "end"), lines[2], lines[2].replace("begin", "end")]);
  });
});
