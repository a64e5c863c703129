/** Work in shards: fifty tasks, or one command, or whatever was killed on the way, make one and the same table. */
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { photograph } from "./photographs.js";
import { inThisProcess, start } from "./program.js";
import { dinoRepository, writeVisionEncoder } from "./released.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-shards-"));
const at = (...names: string[]) => join(folder, ...names);
const run = (...args: string[]) => inThisProcess(args, folder);
const plan = (name: string, items: number) =>
  run("shards", "plan", "album", "-o", name, "--encoder", "vision", "--items", String(items));
const status = async (name: string) => JSON.parse((await run("shards", "status", name, "--json")).stdout);

const pictures = 140;

beforeAll(async () => {
  writeVisionEncoder(at("vision"));
  mkdirSync(at("album"));
  const seen = await Promise.all(
    Array.from({ length: 24 }, (_, i) => photograph({ lat: i - 10, lng: 7 * i - 80, seed: i })),
  );
  const nowhere = await photograph({ seed: 5 });
  for (let i = 0; i < pictures; i++) {
    // Every seventh is the same as one before, mostly in another shard; some are none, and some lie nowhere.
    const own = i % 7 === 6 ? seen[i % 24] : Buffer.concat([seen[i % 24], Buffer.from(`${i}`)]);
    const bytes = i % 11 === 3 ? Buffer.from("no picture") : i % 13 === 4 ? nowhere : own;
    writeFileSync(at("album", `${String(i).padStart(4, "0")}.jpg`), bytes);
  }
  const { code, stderr } = await run("embed", "album", "-o", "alone.parquet", "--encoder", "vision");
  expect([code, stderr]).toEqual([0, ""]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Finishes a run, and compares all that comes of it with what one command has made. */
async function expectSame(name: string): Promise<void> {
  const { code, stderr } = await run("shards", "finish", name, "-o", `${name}.parquet`);
  expect([code, stderr]).toEqual([0, ""]);
  for (const ending of [".parquet", ".refused.csv", ".manifest.json"])
    expect(readFileSync(at(`${name}${ending}`)).equals(readFileSync(at(`alone${ending}`))), ending).toBe(true);
}

describe("geodrift shards", () => {
  it.each([32, 64, 1000])("of %i items give the table that embed gives, byte for byte", async (items) => {
    const name = `of-${items}`;
    expect((await plan(name, items)).stdout).toBe(
      `${name}: ${pictures} items in ${Math.ceil(pictures / items)} shards of ${items === 1000 ? 1024 : items}\n`,
    );
    // Planned again, it is the same plan.
    expect((await plan(name, items)).code).toBe(0);
    expect((await run("shards", "run", name)).code).toBe(0);
    await expectSame(name);
  });

  it("are the tasks' of an array job, which leave what is done; status names what is missing", async () => {
    await plan("tasks", 32);
    const task = (index: number) =>
      inThisProcess(["shards", "run", "tasks", "--of", "3"], folder, { SLURM_ARRAY_TASK_ID: `${index}` });
    const first = await task(1);
    expect([first.code, first.stderr]).toEqual([
      0,
      expect.stringMatching(/^shard 1: \d+ embedded, .*\nshard 4: .*\n$/),
    ]);
    expect(await status("tasks")).toMatchObject({ shards: 5, done: 2, missing: [0, 2, 3], damaged: [] });
    const said = await run("shards", "status", "tasks");
    expect([said.code, said.stdout]).toEqual([
      1,
      expect.stringMatching(/^2 of 5 shards are done: .*\nmissing: 0,2-3\n$/),
    ]);
    const early = await run("shards", "finish", "tasks", "-o", "early.parquet");
    expect([early.code, early.stderr]).toEqual([1, "geodrift: tasks: 3 of 5 shards are still to be made, 0,2-3\n"]);
    expect((await task(1)).stderr).toBe("shard 1: was done before\nshard 4: was done before\n");
    await task(0);
    expect((await run("shards", "run", "tasks", "--index", "2", "--of", "3")).code).toBe(0);
    expect((await run("shards", "status", "tasks")).code).toBe(0);
    await expectSame("tasks");
    const lost = await run("shards", "run", "tasks", "--of", "3");
    expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining("--of: which of the tasks this is")]);
  });

  it("survive kill -9 at any moment, and two workers on one", async () => {
    await plan("killed", 32);
    let kills = 0;
    for (const after of [700, 900, 1100, 1300, 1500]) {
      const { child, outcome } = start(["shards", "run", "killed"], folder);
      await delay(after);
      child.kill("SIGKILL");
      if ((await outcome).code === null) kills++;
    }
    expect(kills).toBeGreaterThan(0);
    expect((await run("shards", "run", "killed")).code).toBe(0);
    await expectSame("killed");
    // At the same shards at the same time, over and over.
    await plan("both", 32);
    const both = [0, 1, 2].map(() => start(["shards", "run", "both"], folder).outcome);
    expect((await Promise.all(both)).map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await status("both")).toMatchObject({ done: 5, missing: [], damaged: [] });
    await expectSame("both");
  });

  it("of a disk that is full are not done, say so, leave nothing half written, and go on when there is room", async ({
    skip,
  }) => {
    mkdirSync(at("narrow"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", at("narrow")], { stdio: "ignore" });
    } catch {
      skip("file systems cannot be mounted here");
    }
    try {
      await plan("narrow/full", 32);
      expect((await run("shards", "run", "narrow/full", "--index", "0")).code).toBe(0);
      const done = readdirSync(at("narrow/full")).sort();
      let fill = 0;
      try {
        for (; ; fill++) writeFileSync(at("narrow", `fill-${fill}`), Buffer.alloc(4096));
      } catch {
        rmSync(at("narrow", `fill-${fill}`), { force: true });
      }
      const full = await run("shards", "run", "narrow/full");
      expect([full.code, full.stderr]).toEqual([
        1,
        expect.stringMatching(/narrow\/full: cannot be written \(the disk is full\)\n$/),
      ]);
      expect(readdirSync(at("narrow/full")).sort()).toEqual(done);
      expect(await status("narrow/full")).toMatchObject({ done: 1, missing: [1, 2, 3, 4], damaged: [] });
      for (let i = 0; i < fill; i++) rmSync(at("narrow", `fill-${i}`));
      expect((await run("shards", "run", "narrow/full")).code).toBe(0);
      cpSync(at("narrow/full"), at("full"), { recursive: true });
    } finally {
      execFileSync("umount", ["--lazy", at("narrow")]);
    }
    await expectSame("full");
  });

  it("that were damaged afterwards are told, and made again", async () => {
    await plan("damaged", 32);
    await run("shards", "run", "damaged");
    const part = readdirSync(at("damaged")).find((f) => /^part-000002\.\w+\.parquet$/.test(f)) ?? "";
    appendFileSync(at("damaged", part), "x");
    const gone = readdirSync(at("damaged")).find((f) => /^part-000000\.\w+\.refused/.test(f)) ?? "";
    rmSync(at("damaged", gone));
    writeFileSync(at("damaged", "part-000004.json"), "{");
    const { damaged } = await status("damaged");
    expect(damaged.map((d: { shard: number; reason: string }) => [d.shard, d.reason])).toEqual([
      [0, `damaged/${gone} is not there`],
      [2, `damaged/${part} is not what was written`],
      [4, "damaged/part-000004.json cannot be read"],
    ]);
    expect((await run("shards", "finish", "damaged", "-o", "d.parquet")).stderr).toMatch(
      /3 of 5 shards are still to be made, 0,2,4 \(damaged\/.* is not there\)\n$/,
    );
    const again = await run("shards", "run", "damaged");
    expect(again.stderr.match(/was done before/g)).toHaveLength(2);
    await expectSame("damaged");
  });

  it("refuse a source, an encoder or a folder that is another by now", async () => {
    await plan("changed", 32);
    const extra = at("album", "0040b.jpg");
    writeFileSync(extra, "one more");
    try {
      const sentence = "album: is no longer what changed was planned for; plan it anew in another folder\n";
      // What lies before the new one is as it was.
      expect((await run("shards", "run", "changed", "--index", "0")).code).toBe(0);
      for (const index of ["1", "2", "4"]) {
        const { code, stderr } = await run("shards", "run", "changed", "--index", index);
        expect([code, stderr]).toEqual([1, expect.stringMatching(new RegExp(`${sentence}$`))]);
      }
      expect((await status("changed")).missing).toEqual([1, 2, 3, 4]);
      const other = await plan("changed", 32);
      expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/changed: holds another plan/)]);
    } finally {
      rmSync(extra);
    }
    // Behind the last one planned there is to be nothing.
    const behind = at("album", "9999.jpg");
    writeFileSync(behind, "one more");
    const later = await run("shards", "run", "changed", "--index", "4");
    rmSync(behind);
    expect([later.code, later.stderr]).toEqual([1, expect.stringMatching(/is no longer what changed was planned for/)]);
    const none5 = await run("shards", "run", "changed", "--index", "5");
    expect([none5.code, none5.stderr]).toEqual([2, expect.stringMatching(/of 5 tasks the last one is 4, got 5/)]);
    const encoder = at("vision", "model.safetensors");
    const before = readFileSync(encoder);
    writeFileSync(encoder, dinoRepository()["model.safetensors"]);
    const odd = await run("shards", "run", "changed", "--index", "1");
    writeFileSync(encoder, before);
    expect([odd.code, odd.stderr]).toEqual([1, expect.stringMatching(/changed: was planned with another encoder/)]);
    const beyond = await run("shards", "run", "nowhere");
    expect([beyond.code, beyond.stderr]).toEqual([1, expect.stringMatching(/nowhere: holds no plan/)]);
    mkdirSync(at("empty"), { recursive: true });
    const none = await run("shards", "plan", "empty", "-o", "none", "--encoder", "vision");
    expect([none.code, none.stderr]).toEqual([1, "geodrift: empty: holds nothing to make shards of\n"]);
  });

  it("are begun by the scripts that job prints", async () => {
    await plan("scripted", 32);
    mkdirSync(at("bin"), { recursive: true });
    const bin = join(import.meta.dirname, "../../packages/geodrift/bin/geodrift.js");
    writeFileSync(at("bin", "geodrift"), `#!/bin/sh\nexec ${process.execPath} ${bin} "$@"\n`, { mode: 0o755 });
    writeFileSync(at("bin", "scontrol"), `#!/bin/sh\necho "$@" >> ${at("requeued")}\n`, { mode: 0o755 });
    const environment = { ...process.env, PATH: `${at("bin")}:${process.env.PATH}` };
    const { stdout } = await run("shards", "job", "scripted", "--tasks", "2");
    writeFileSync(at("job.sh"), stdout);
    expect(stdout).toContain("#SBATCH --array=0-1\n");
    for (const task of ["0", "1"])
      execFileSync("bash", [at("job.sh")], { env: { ...environment, SLURM_ARRAY_TASK_ID: task }, stdio: "ignore" });
    await expectSame("scripted");
    // One that fails is begun again, three times.
    rmSync(at("scripted", "plan.json"));
    const failing = (restart: string) =>
      execFileSync("bash", [at("job.sh")], {
        env: { ...environment, SLURM_ARRAY_TASK_ID: "1", SLURM_ARRAY_JOB_ID: "7", SLURM_RESTART_COUNT: restart },
        stdio: "ignore",
      });
    for (const restart of ["0", "2", "3"]) expect(() => failing(restart)).toThrow();
    expect(readFileSync(at("requeued"), "utf8")).toBe("requeue 7_1\nrequeue 7_1\n");
    await plan("scripted", 32);
    for (const engine of ["grid-engine", "pbs"]) {
      const script = (await run("shards", "job", "scripted", "--for", engine)).stdout;
      expect(() => execFileSync("bash", ["-n"], { input: script })).not.toThrow();
    }
    expect(JSON.parse((await run("shards", "job", "scripted", "--for", "aws-batch")).stdout).arrayProperties.size).toBe(
      5,
    );
    expect((await run("shards", "job", "scripted", "--for", "kubernetes")).stdout).toContain("completions: 5\n");
  });
});

describe("geodrift shards of pictures that are located", () => {
  const options = ["--model", "earth", "--seed", "3", "--samples", "32"];
  /** Without what no two runs have in common. */
  const answers = (text: string) =>
    text
      .trim()
      .split("\n")
      .map((line) => ({ ...JSON.parse(line), elapsedMs: 0 }));
  const planned = (name: string, items: string) =>
    run("shards", "plan", "album", "-o", name, "--items", items, ...options);
  const finished = async (name: string) => {
    const { code, stdout, stderr } = await run("shards", "finish", name, "-o", `${name}.jsonl`);
    expect([code, stderr]).toEqual([0, ""]);
    return { stdout, answers: answers(readFileSync(at(`${name}.jsonl`), "utf8")) };
  };
  let alone: ReturnType<typeof answers>;

  beforeAll(async () => {
    // Some cannot be read, which is no mistake of the program's.
    alone = answers((await run("locate", "album", "--json", ...options)).stdout);
    expect(alone).toHaveLength(pictures);
  });

  it("give the answers that locate gives, in its order, killed on the way or not", async () => {
    expect((await planned("where", "32")).stdout).toBe(`where: ${pictures} items in 5 shards of 32\n`);
    let kills = 0;
    for (let before = 0; before < 3; before = (await status("where")).done) {
      const { child, outcome } = start(["shards", "run", "where"], folder);
      // In the middle of the shard behind the next one.
      for (let made = 0; made < before + 1; made = (await status("where")).done) await delay(100);
      await delay(300);
      child.kill("SIGKILL");
      if ((await outcome).code === null) kills++;
    }
    expect(kills).toBeGreaterThan(1);
    for (const index of ["1", "0"])
      expect((await run("shards", "run", "where", "--index", index, "--of", "2")).code).toBe(0);
    expect(await status("where")).toMatchObject({ done: 5, missing: [], damaged: [] });
    const { stdout, answers: found } = await finished("where");
    expect(found).toEqual(alone);
    const refused = alone.filter((answer) => "error" in answer).length;
    expect(refused).toBeGreaterThan(5);
    expect(stdout).toBe(`where.jsonl: ${pictures - refused} located, ${refused} refused\n`);
  });

  it("refuse another folder, model or prior by now, and options that are none of theirs", async () => {
    const sentence = async (...args: string[]) => {
      const { code, stderr } = await run("shards", ...args);
      return [code, stderr.trim().split("\n").pop()];
    };
    writeFileSync(at("prior.csv"), "lat,lng\n10,10\n");
    mkdirSync(at("two"));
    for (const name of ["0000.jpg", "0001.jpg"]) cpSync(at("album", name), at("two", name));
    const near = ["--model", "earth", "--prior", "prior.csv"];
    expect((await run("shards", "plan", "two", "-o", "near", ...near)).code).toBe(0);
    expect((await run("shards", "run", "near")).code).toBe(0);
    const { answers: found } = await finished("near");
    expect(found).toEqual(answers((await run("locate", "two", "--json", ...near)).stdout));
    // Answers take the place of answers, and of nothing else.
    await finished("near");
    writeFileSync(at("near.jsonl"), "a list of mine\n");
    expect(await sentence("finish", "near", "-o", "near.jsonl")).toEqual([
      1,
      "geodrift: near.jsonl: holds something else than answers; move it away, or name another file",
    ]);
    const own = ["--model", "earth", "--prior", "prior.csv"];
    expect((await run("shards", "plan", "album", "-o", "moved", "--items", "128", ...own)).code).toBe(0);
    const extra = at("album", "0140.jpg");
    writeFileSync(extra, "one more");
    expect(await sentence("run", "moved", "--index", "1")).toEqual([
      1,
      expect.stringMatching(/album: is no longer what moved was planned for; plan it anew in another folder$/),
    ]);
    rmSync(extra);
    writeFileSync(at("prior.csv"), "lat,lng\n10,11\n");
    expect(await sentence("run", "moved")).toEqual([1, "geodrift: moved: was planned with another prior.csv"]);
    expect(await sentence("finish", "moved", "-o", "x.jsonl")).toEqual([
      1,
      "geodrift: moved: 2 of 2 shards are still to be made, 0-1",
    ]);
    expect(await sentence("finish", "moved", "-o", "x.parquet")).toEqual([
      2,
      'geodrift: --out: the list of answers is a .jsonl file, got "x.parquet"',
    ]);
    expect(await sentence("plan", "album", "-o", "odd", "--encoder", "vision", "--seed", "3")).toEqual([
      2,
      "geodrift: --seed is of pictures that are located or evaluated, by what says --model or --evaluate",
    ]);
    expect((await sentence("plan", "album", "-o", "odd", "--model", "earth", "--ready", "x"))[0]).toBe(2);
    expect((await sentence("plan", "album", "-o", "odd", "--model", "earth", "--solver", "x"))[1]).toContain("solver");
    expect((await sentence("plan", "album/0000.jpg", "-o", "odd", "--model", "earth"))[1]).toContain("this is none");
    expect((await sentence("plan", "nowhere", "-o", "odd", "--model", "earth"))[1]).toContain("nowhere");
  });
});

describe("geodrift shards of an evaluation", () => {
  const examples = 260;
  const options = ["--samples", "8", "--steps", "2", "--likelihoods", "20"];
  /** All files of a report, without the command that has made it. */
  const report = (name: string) =>
    Object.fromEntries(
      readdirSync(at(name)).map((file) => [
        file,
        readFileSync(at(name, file), "utf8").replace(/<p>Made by<\/p><pre>geodrift .*<\/pre>/, ""),
      ]),
    );
  const said = async (...args: string[]) => {
    const { code, stderr } = await run("shards", ...args);
    return [code, stderr.trim().split("\n").pop()];
  };

  beforeAll(async () => {
    mkdirSync(at("views"));
    const rows = ["file,lat,lng,country"];
    for (let i = 0; i < 12; i++)
      writeFileSync(at("views", `${i}.jpg`), await photograph({ lat: 5 * i - 30, lng: 29 * i - 160, seed: i }));
    for (let i = 0; i < examples; i++)
      rows.push(`views/${i % 12}.jpg,${5 * (i % 12) - 30 + i / 1000},${29 * (i % 12) - 160},${i % 5 ? "DE" : ""}`);
    writeFileSync(at("places.csv"), `${rows.join("\n")}\n`);
  });

  it("gives the report that evaluate gives, byte for byte, killed on the way or not; of several models one", async () => {
    // Two models that are one: their figures differ in their names alone.
    cpSync(join(import.meta.dirname, "../../packages/geodrift/models/earth"), at("twin"), { recursive: true });
    for (const [model, folder] of [
      ["earth", "first"],
      ["twin", "second"],
    ]) {
      const asked = [...options, "--seed", "5"];
      const planned = await run(
        "shards",
        "plan",
        "places.csv",
        "-o",
        folder,
        "--evaluate",
        model,
        "--items",
        "100",
        ...asked,
      );
      expect([planned.code, planned.stdout]).toEqual([0, `${folder}: 260 items in 3 shards of 128\n`]);
      expect((await run("shards", "run", folder, "--index", "1")).code).toBe(0);
      const { child, outcome } = start(["shards", "run", folder], at());
      await delay(1500);
      child.kill("SIGKILL");
      await outcome;
      const done = await status(folder);
      expect(done).toMatchObject({ shards: 3, damaged: [] });
      if (done.missing.length > 0)
        expect((await said("finish", folder, "-o", "early"))[1]).toMatch(/of 3 shards are still to be made/);
      expect(await said("run", folder)).toEqual([
        0,
        expect.stringMatching(/^shard 2: (4 evaluated, 0 refused|was done before)/),
      ]);
      expect((await run("shards", "finish", folder, "-o", `${folder}-report`, "--groups")).code).toBe(0);
      const alone = await run("evaluate", model, "places.csv", ...asked, "--groups", "--out", `${folder}-alone`);
      expect(alone.code).toBe(0);
      expect(report(`${folder}-report`)).toEqual(report(`${folder}-alone`));
      expect(report(`${folder}-report`)["examples-earth.csv"].split("\n")).toHaveLength(examples + 2);
    }
    const { stdout } = await run("shards", "finish", "first", "second", "-o", "both-report");
    expect(stdout).toMatch(/\| earth \| mode .*\n(?:.*\n)*\| earth-2 \| mode /);
    const [one, two] = JSON.parse(report("both-report")["evaluations.json"]);
    expect(one).toEqual(JSON.parse(report("first-alone")["evaluations.json"])[0]);
    expect({ ...two, model: one.model }).toEqual(one);
    expect(two.model.name).toBe("earth-2");
    // One reader of another folder than the shards' own model needs it no more.
    rmSync(at("twin"), { recursive: true });
    expect((await run("shards", "finish", "second", "-o", "later-report")).code).toBe(0);
    const other = ["shards", "plan", "places.csv", "-o", "seeded", "--evaluate", "earth", ...options];
    expect((await run(...other)).code).toBe(0);
    expect((await said("finish", "first", "seeded", "-o", "x"))[1]).toMatch(
      /^geodrift: seeded: was planned with other options than first: /,
    );
    expect(one.likelihood.examples).toBe(20);
  });

  it("is the same in several threads of the program, to five digits", async () => {
    const threads = async (n: string) => {
      // The likelihoods end within the second piece.
      const likelihoods = ["--likelihoods", "130"];
      const asked = ["--threads", n, "evaluate", "earth", "places.csv", "--json", ...options, ...likelihoods];
      const { code, stdout, stderr } = await start(asked, folder).outcome;
      expect([code, stderr]).toEqual([0, ""]);
      return JSON.parse(stdout);
    };
    const [one, two] = [await threads("1"), await threads("2")];
    for (const [i, { rule, meanKm, medianKm }] of one.rules.entries()) {
      expect(two.rules[i].rule).toBe(rule);
      expect(two.rules[i].meanKm.value / meanKm.value).toBeCloseTo(1, 5);
      expect(two.rules[i].medianKm.value / medianKm.value).toBeCloseTo(1, 5);
    }
    expect([one.likelihood.examples, two.likelihood.examples]).toEqual([130, 130]);
    expect(two.likelihood.nats.value).toBeCloseTo(one.likelihood.nats.value, 4);
  });

  it("takes tables of embeddings, and a part of a split", async () => {
    expect((await run("embed", "views", "-o", "views.parquet", "--encoder", "earth")).code).toBe(0);
    expect((await run("split", "views.parquet", "-o", "split.csv", "--by", "random")).code).toBe(0);
    const asked = ["--split", "split.csv", "--part", "train", "--samples", "8"];
    expect((await run("shards", "plan", "views.parquet", "-o", "table", "--evaluate", "earth", ...asked)).code).toBe(0);
    expect((await run("shards", "run", "table")).code).toBe(0);
    expect((await run("shards", "finish", "table", "-o", "table-report")).code).toBe(0);
    expect((await run("evaluate", "earth", "views.parquet", ...asked, "--out", "table-alone")).code).toBe(0);
    expect(report("table-report")).toEqual(report("table-alone"));
    expect(
      (await run("shards", "plan", "places.csv", "-o", "pictures", "--evaluate", "earth", "--samples", "8")).code,
    ).toBe(0);
    expect(await said("finish", "table", "pictures", "-o", "x")).toEqual([
      2,
      "geodrift: pictures: is of other examples than table; figures are compared on the same",
    ]);
  });

  it("refuses another dataset by now, and what is none of its options", async () => {
    cpSync(at("places.csv"), at("more.csv"));
    expect((await run("shards", "plan", "more.csv", "-o", "later", "--evaluate", "earth", ...options)).code).toBe(0);
    appendFileSync(at("more.csv"), "views/0.jpg,1,1,DE\n");
    expect(await said("run", "later")).toEqual([
      1,
      expect.stringMatching(/more\.csv: is no longer what later was planned for; plan it anew in another folder$/),
    ]);
    const odd: [args: string[], sentence: RegExp][] = [
      [["--model", "earth", "--whole", "3"], /--whole is of a dataset that a model is evaluated on/],
      [["--evaluate", "earth", "--prior", "Chile"], /--prior is of pictures that are located/],
      [["--evaluate", "earth", "--model", "earth"], /got --model and --evaluate$/],
      [["--evaluate", "earth", "--split", "split.csv"], /--split is of a table of embeddings/],
      [["--evaluate", "earth", "--solver", "best"], /got "best"/],
      [["--evaluate", "earth", "--samples", "7"], /--samples: an evaluation draws at least 8, got 7/],
      [["--evaluate", "earth", "--part", "train"], /--part is of a split, which says --split/],
      [["--evaluate", "earht"], /model "earht" is neither known nor a folder or file; did you mean "earth"/],
    ];
    for (const [args, sentence] of odd)
      expect(await said("plan", "places.csv", "-o", "odd", ...args)).toEqual([2, expect.stringMatching(sentence)]);
    expect((await plan("embedding", 32)).code).toBe(0);
    expect((await said("finish", "embedding", "-o", "x.parquet", "--groups"))[1]).toBe(
      'geodrift: --groups is of evaluations, embedding is of "embed"',
    );
    expect(await said("finish", "embedding", "later", "-o", "x.parquet")).toEqual([
      2,
      'geodrift: of several plans at once evaluations are finished, embedding is of "embed"',
    ]);
  });
});
