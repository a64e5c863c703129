import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrayIndex, shardsOfTask } from "./array-index.js";
import { engines } from "./job.js";
import { arraySpec } from "./status.js";

describe("the number of a task", () => {
  it("is what the engine says, from 0 on, whichever it is", () => {
    expect(arrayIndex({})).toBeUndefined();
    expect(arrayIndex({ SGE_TASK_ID: "undefined" })).toBeUndefined();
    for (const name of [
      "SLURM_ARRAY_TASK_ID",
      "JOB_COMPLETION_INDEX",
      "AWS_BATCH_JOB_ARRAY_INDEX",
      "CLOUD_RUN_TASK_INDEX",
      "PBS_ARRAY_INDEX",
    ])
      expect(arrayIndex({ [name]: "7" })).toBe(7);
    expect(arrayIndex({ SGE_TASK_ID: "7" })).toBe(6);
    for (const odd of ["-1", "1.5", "x"])
      expect(() => arrayIndex({ SLURM_ARRAY_TASK_ID: odd })).toThrow(`got "${odd}"`);
    expect(() => arrayIndex({ SGE_TASK_ID: "0" })).toThrow("from 1 on");
  });

  it("gives every shard to one task, whatever their numbers", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 200 }), (tasks, shards) => {
        const all = Array.from({ length: tasks }, (_, task) => shardsOfTask(task, tasks, shards)).flat();
        expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: shards }, (_, i) => i));
      }),
    );
  });
});

describe("an array's numbers", () => {
  it("are written as engines take them", () => {
    expect(arraySpec([3, 17, 40, 41, 42, 43, 44])).toBe("3,17,40-44");
    expect(arraySpec([])).toBe("");
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(60)), (numbers) => {
        const rising = numbers.sort((a, b) => a - b);
        const read = arraySpec(rising)
          .split(",")
          .filter(Boolean)
          .flatMap((run) => {
            const [a, b = a] = run.split("-").map(Number);
            return Array.from({ length: b - a + 1 }, (_, i) => a + i);
          });
        expect(read).toEqual(rising);
      }),
    );
  });
});

describe("a job", () => {
  it("names the folder as a shell, YAML and JSON take it", () => {
    const odd = { run: '/shared/it\'s a "run"', source: "/shared/photographs", tasks: 5 };
    expect(engines.slurm.write(odd)).toContain(`'/shared/it'\\''s a "run"' --of 5`);
    expect(engines.kubernetes.write(odd)).toContain(`"/shared/it's a \\"run\\""`);
    const { containerOverrides, arrayProperties } = JSON.parse(engines["aws-batch"].write(odd));
    expect(containerOverrides.command).toEqual(["geodrift", "shards", "run", odd.run, "--of", "5"]);
    expect(arrayProperties).toEqual({ size: 5 });
    expect(engines["grid-engine"].write(odd)).toContain("#$ -t 1-5\n");
    expect(engines.pbs.write(odd)).toContain("#PBS -J 0-4\n");
    const spaced = { ...odd, run: "/shared/a run at 5 %" };
    expect(engines.slurm.write(spaced)).toContain('#SBATCH --output="/shared/a run at 5 %%/slurm-%A_%a.log"\n');
  });

  it("of one task is no array", () => {
    const one = { run: "run", source: "photographs", tasks: 1 };
    for (const { write } of Object.values(engines)) expect(write(one)).not.toMatch(/--of|--array|-J 0|-t 1-|arrayProp/);
  });
});
