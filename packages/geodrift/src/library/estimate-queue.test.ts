import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GeodriftError, sampleDistribution, toVec3 } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { archive, estimate, inOrder, png, resultOf } from "../../../../test/library/archive.js";
import type { EngineAnswer } from "../engine/engine.js";
import { sha256Of } from "../files/hash.js";
import { type EstimateOptions, type EstimateProgress, estimateQueue, type LocatePicture } from "./estimate-queue.js";
import { Jobs } from "./jobs.js";
import { scanFolder } from "./scan.js";

const { scanned } = archive();
const pictures = await Promise.all([1, 2, 3, 4, 5].map((seed) => png(seed)));
const names = ["a.png", "b.png", "c.png", "d.png", "e.png"];
const files = Object.fromEntries(names.map((name, i) => [name, pictures[i]]));

const samples = Float64Array.from([...toVec3({ lat: 60, lng: 5 }), ...toVec3({ lat: 60, lng: 6 })]);
const distribution = sampleDistribution(samples);
const answer = (file: string): EngineAnswer => ({
  ...{ result: resultOf({ image: file, sha256: sha256Of(readFileSync(file)) }), distribution, samples, bytes: 1 },
});

async function queue(throws: Record<string, unknown> = {}) {
  const { library, id, root } = await scanned(files);
  const located: string[] = [];
  const locate: LocatePicture = async (file, name) => {
    located.push(name);
    if (name in throws) throw throws[name];
    return answer(file);
  };
  const failures: [string, unknown][] = [];
  const heard: EstimateProgress[] = [];
  const run = (options: EstimateOptions = {}) =>
    estimateQueue(library, locate, {
      ...{ onFailure: (path, thrown) => failures.push([path, thrown]), onProgress: (p) => heard.push(p) },
      ...options,
    });
  const state = async (name: string) => (await library.store.pictures.get(id[name])).state;
  return { library, id, root, located, failures, heard, run, state };
}

describe("the queue", () => {
  it("is located by number, and what was located is not located again unless it is asked for", async () => {
    const { library, id, located, heard, run } = await queue();
    expect(await run()).toEqual({ done: 5, failed: 0, of: 5 });
    // Two at a time: which of two is first is not said.
    expect([...located].sort()).toEqual(names);
    expect(heard.map((p) => p.done)).toEqual([1, 2, 3, 4, 5]);
    expect(await library.store.estimates.of(id["a.png"])).toMatchObject({ radiusKm: expect.any(Number) });
    expect(await run()).toEqual({ done: 0, failed: 0, of: 0 });
    expect(await run({ again: true, limit: 2 })).toEqual({ done: 2, failed: 0, of: 2 });
    expect(located.slice(5).sort()).toEqual(["a.png", "b.png"]);
  });

  it("goes on past pictures that cannot be located, and tells of each what was thrown", async () => {
    const throws = {
      "a.png": new GeodriftError("picture", "the picture is truncated"),
      "b.png": new GeodriftError("busy", "too much is waiting"),
      "c.png": new TypeError("undefined is not a function"),
    };
    const { library, id, failures, run, state } = await queue(throws);
    expect(await run()).toEqual({ done: 2, failed: 3, of: 5 });
    expect(Object.fromEntries(failures)).toEqual(throws);
    // Only what cannot be decoded is the picture's own fault.
    expect(await inOrder(names, state)).toEqual(["unreadable", "queue", "queue", "queue", "queue"]);
    expect(await library.store.lists.one(id["a.png"])).toMatchObject({
      error: "the picture is truncated",
      errorCode: "picture",
    });
    expect(await library.store.lists.one(id["b.png"])).toMatchObject({ error: null, errorCode: null });
    const estimates = await inOrder(names, (name) => library.store.estimates.of(id[name]));
    expect(names.filter((_, i) => estimates[i])).toEqual(["d.png", "e.png"]);
  });

  it("ends with a mistake of its own, holds nothing then, and leaves the rest to whoever comes", async () => {
    const { library, id, root, run } = await queue();
    const others: string[] = [];
    const locate: LocatePicture = async (_, name) => {
      others.push(name);
      // Forgotten while it was looked at, by somebody else.
      if (name === "a.png") await library.store.folders.remove((await library.store.pictures.get(id["a.png"])).folder);
      throw new GeodriftError("picture", "the picture is truncated");
    };
    await expect(estimateQueue(library, locate, {})).rejects.toThrow(/has no picture/);
    const begun = others.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(others.length).toBe(begun);
    await scanFolder(library, root);
    expect(await run()).toEqual({ done: 5, failed: 0, of: 5 });
  });

  it("is one thing again and another for the first time: neither takes from the other", async () => {
    const { library } = await queue();
    const { queue: waiting } = library.store;
    const [again, first] = [
      await waiting.open({ again: true, limit: undefined }),
      await waiting.open({ again: false, limit: undefined }),
    ];
    const all = async (of: typeof again) => {
      const paths: string[] = [];
      for (let one = await of.next(); one; one = await of.next()) {
        paths.push(one.path);
        await one.done();
      }
      return paths;
    };
    expect([again.of, first.of]).toEqual([5, 5]);
    expect(await all(first)).toEqual(names);
    expect(await all(again)).toEqual(names);
  });

  it("leaves the word of a person who was faster", async () => {
    const { library, id, run, state } = await queue();
    const locate: LocatePicture = async () => {
      await library.store.pictures.advance(id["a.png"], { kind: "not-a-place" });
      throw new GeodriftError("picture", "the picture is truncated");
    };
    await estimateQueue(library, locate, { limit: 1 });
    expect(await state("a.png")).toBe("not-a-place");
    expect((await library.store.lists.one(id["a.png"]))?.error).toBeNull();
    expect((await run()).of).toBe(4);
  });

  it("does not take a picture that has changed during its look for the one that was looked at", async () => {
    const { library, id, root, run } = await queue();
    writeFileSync(join(root, "a.png"), pictures[4]);
    await run({ limit: 1 });
    expect(await library.store.estimates.of(id["a.png"])).toBeUndefined();
  });

  it("ends when it is stopped: what is under way is neither done nor failed", async () => {
    const { library } = await queue();
    const stop = new AbortController();
    const failures: unknown[] = [];
    let asked = 0;
    const locate: LocatePicture = async (file) => {
      if (++asked === 1) return answer(file);
      stop.abort();
      throw new GeodriftError("stopped", "withdrawn");
    };
    const end = await estimateQueue(library, locate, { signal: stop.signal, onFailure: (_, e) => failures.push(e) });
    expect(end).toMatchObject({ failed: 0, of: 5 });
    expect(asked).toBeLessThan(5);
    expect(failures).toEqual([]);
  });

  it("hands over what the library knows of each picture", async () => {
    const { library, id } = await queue();
    await library.store.pictures.advance(id["b.png"], { kind: "accept" });
    await library.store.pictures.rescan(
      id["b.png"],
      { ...(await library.store.pictures.get(id["b.png"])), recorded: { lat: 1, lng: 2 }, failure: null },
      true,
    );
    const known: Record<string, string[]> = {};
    const locate: LocatePicture = async (file, name, places) => {
      known[name] = places.flatMap((k) => k.places.map((p) => `${k.kind} ${p.lat}`));
      return answer(file);
    };
    await estimateQueue(library, locate, { album: true });
    expect(known["a.png"]).toEqual(["album 1"]);
    await estimateQueue(library, locate, { again: true });
    expect(known["a.png"]).toEqual([]);
  });
});

describe("a job", () => {
  it("is one at a time, tells how far it is, and says in the end that it has ended", async () => {
    const { library } = await queue();
    const jobs = new Jobs(library);
    expect(jobs.state).toBeUndefined();
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    jobs.estimate(() => async (file) => gate.then(() => answer(file)), {});
    expect(jobs.state).toMatchObject({ kind: "estimate", running: true });
    expect(() => jobs.estimate(() => async (file) => answer(file), {})).toThrow(
      expect.objectContaining({ code: "conflict", message: "the library is busy with estimates" }),
    );
    open();
    await gate;
    await jobs.stop();
    expect(jobs.state).toMatchObject({ kind: "estimate", running: false });
    expect(jobs.state?.error).toBeUndefined();
  });

  it("that is stopped locates no more, and another may begin", async () => {
    const { library } = await queue();
    const jobs = new Jobs(library);
    let asked = 0;
    jobs.estimate(
      (signal) => () =>
        new Promise((_, reject) => {
          asked++;
          if (signal.aborted) reject(signal.reason);
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
      {},
    );
    await jobs.stop();
    expect(asked).toBeLessThanOrEqual(2);
    expect(jobs.state).toMatchObject({ running: false });
    jobs.estimate(() => async (file) => answer(file), { limit: 1 });
    expect(jobs.state?.running).toBe(true);
    await jobs.stop();
  });

  it("hands on what is thrown for a picture", async () => {
    const { library, id } = await queue();
    for (const name of names.slice(1)) await estimate(library, id[name]);
    const mistake = new TypeError("undefined is not a function");
    let jobs = new Jobs(library);
    const thrown = await new Promise<unknown>((resolve) => {
      jobs = new Jobs(library, resolve);
      jobs.estimate(() => () => Promise.reject(mistake), {});
    });
    expect(thrown).toBe(mistake);
    await jobs.stop();
    expect(jobs.state?.progress).toEqual({ done: 0, failed: 1, of: 1 });
  });
});
