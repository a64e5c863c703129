/** An array job on a real Slurm, whose workers, nodes and controller are killed under it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { photograph } from "../end-to-end/photographs.js";
import { inThisProcess } from "../end-to-end/program.js";
import { writeVisionEncoder } from "../end-to-end/released.js";
import { type Cluster, slurmIsHere, startCluster } from "./cluster.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-slurm-"));
const at = (...names: string[]) => join(folder, ...names);
const run = (...args: string[]) => inThisProcess(args, folder);
const status = async () => JSON.parse((await run("shards", "status", "work", "--json")).stdout);

/** Processes whose command line has this in it. */
const processes = (pattern: string): number[] => {
  try {
    return execFileSync("pgrep", ["-f", pattern], { encoding: "utf8" }).trim().split("\n").map(Number);
  } catch {
    return [];
  }
};

/** Ends processes, and says how many; those that have ended meanwhile are no matter. */
const kill = (pids: readonly number[]): number =>
  pids.filter((pid) => {
    try {
      return process.kill(pid, "SIGKILL");
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== "ESRCH") throw e;
      return false;
    }
  }).length;

/** Does it belong to this cluster? Another may live on this machine. */
function isOwn(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").includes(folder);
  } catch {
    return false;
  }
}

describe.skipIf(!slurmIsHere())("an array job of Slurm", () => {
  let cluster: Cluster;

  beforeAll(async () => {
    writeVisionEncoder(at("vision"));
    mkdirSync(at("album"));
    const seen = await Promise.all(
      Array.from({ length: 12 }, (_, i) => photograph({ lat: i - 10, lng: 7 * i - 80, seed: i })),
    );
    for (let i = 0; i < 12 * 32 - 5; i++) {
      const bytes = i % 7 === 6 ? seen[i % 12] : Buffer.concat([seen[i % 12], Buffer.from(`${i}`)]);
      writeFileSync(at("album", `${String(i).padStart(4, "0")}.jpg`), bytes);
    }
    const { code, stderr } = await run("embed", "album", "-o", "alone.parquet", "--encoder", "vision");
    expect([code, stderr]).toEqual([0, ""]);
    mkdirSync(at("bin"));
    const bin = join(import.meta.dirname, "../../packages/geodrift/bin/geodrift.js");
    // Slow enough to be killed, and every start is written down.
    writeFileSync(
      at("bin", "geodrift"),
      `#!/bin/sh\necho "$SLURM_ARRAY_TASK_ID" >> ${at("starts")}\nsleep 1\nexec ${process.execPath} ${bin} "$@"\n`,
      { mode: 0o755 },
    );
    cluster = await startCluster(at("slurm"), `${at("bin")}:${process.env.PATH}`);
  });
  afterAll(async () => {
    await cluster?.stop();
    kill(processes(folder));
    rmSync(folder, { recursive: true, force: true });
  });

  /** Waits until something holds; jobs that wait for their time are told that it has come. */
  async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
    for (let tries = 0; tries < 400; tries++) {
      if (await holds()) return;
      await delay(250);
      if (tries % 8 !== 7) continue;
      // Slurm lets what was begun again wait for two minutes.
      try {
        const waiting = cluster.command("squeue", "-h", "-r", "-t", "PD", "-o", "%i %r");
        for (const [, id] of waiting.matchAll(/^(\S+) BeginTime$/gm))
          cluster.command("scontrol", "update", `JobId=${id}`, "StartTime=now");
      } catch {
        // The controller has been killed.
      }
    }
    throw new Error(`${what}: ${cluster.command("squeue", "-r")}\n${JSON.stringify(await status())}`);
  }

  it("makes every shard once, whatever is killed on the way", { timeout: 240_000 }, async () => {
    await run("shards", "plan", "album", "-o", "work", "--encoder", "vision", "--items", "32");
    writeFileSync(at("job.sh"), (await run("shards", "job", "work", "--for", "slurm")).stdout);
    cluster.command("sbatch", `--chdir=${folder}`, at("job.sh"));
    const done = async () => (await status()).done as number;
    await until("the first shard", async () => (await done()) > 0);

    const killWorkers = () => kill(processes(`shards run ${at("work")}`)) > 0;
    await until("a worker to be killed", killWorkers);

    await until("more shards", async () => (await done()) > 3);
    // A node dies with all that runs on it.
    cluster.daemon("n2").kill("SIGKILL");
    kill(processes("slurmstepd: \\[").filter(isOwn));
    await until("workers that die with it", killWorkers);

    await until("more shards still", async () => (await done()) > 5);
    cluster.daemon("slurmctld").kill("SIGKILL");
    await delay(1000);
    cluster.start("slurmctld");
    cluster.start("n2");

    await until("all shards", async () => (await done()) === 12);
    const starts = readFileSync(at("starts"), "utf8").trim().split("\n");
    expect(starts.length).toBeGreaterThan(12);
    const { code, stderr } = await run("shards", "finish", "work", "-o", "table.parquet");
    expect([code, stderr]).toEqual([0, ""]);
    for (const ending of [".parquet", ".refused.csv", ".manifest.json"])
      expect(readFileSync(at(`table${ending}`)).equals(readFileSync(at(`alone${ending}`))), ending).toBe(true);
  });
});
