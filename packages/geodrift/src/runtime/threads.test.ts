import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { quota, threads, useThreads } from "./threads.js";

afterEach(() => void vi.unstubAllEnvs());

/** A root with the kernel's files in it. */
function root(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "cgroup-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe("threads", () => {
  it("are those asked for", () => {
    vi.stubEnv("GEODRIFT_THREADS", "3");
    expect(threads()).toBe(3);
    useThreads(5);
    expect(threads()).toBe(5);
  });

  it("are else no more than the process may use", () => {
    vi.stubEnv("GEODRIFT_THREADS", "");
    expect(threads()).toBe(Math.max(1, Math.min(availableParallelism(), Math.floor(quota()))));
  });

  it.each(["0", "two", "1.5", "1025"])("cannot be %s", (asked) => {
    vi.stubEnv("GEODRIFT_THREADS", asked);
    expect(threads).toThrow(`GEODRIFT_THREADS: a whole number from 1 to 1024 is needed, got "${asked}"`);
  });
});

describe("the quota of control groups", () => {
  it.each<[string, Record<string, string>, number]>([
    ["version 2", { "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/cpu.max": "150000 100000\n" }, 1.5],
    ["a group around it", { "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "50000 100000\n" }, 0.5],
    ["within a container", { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "200000 100000\n" }, 2],
    ["no limit", { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n" }, Number.POSITIVE_INFINITY],
    [
      "version 1",
      {
        "proc/self/cgroup": "7:memory:/a\n4:cpu,cpuacct:/a\n",
        "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "300000\n",
        "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n",
      },
      3,
    ],
    [
      "version 1 without a limit",
      {
        "proc/self/cgroup": "4:cpu:/\n",
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      },
      Number.POSITIVE_INFINITY,
    ],
    ["a system without them", {}, Number.POSITIVE_INFINITY],
  ])("%s", (_, files, expected) => {
    expect(quota(root(files))).toBe(expected);
  });
});
