import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { densityAt, resultAt } from "../../../../test/page/answers.js";
import type { Answer, LocateCall, PageEngine, Settings } from "../engine/engine.js";
import type { KeptAnswer } from "./kept-answers.svelte.js";

/** What the browser keeps, and whether it keeps anything at all. */
const disk = vi.hoisted(() => ({ answers: new Map<string, unknown>(), full: false, busy: Promise.resolve() }));
vi.mock("idb-keyval", () => {
  const checked = async <T>(work: () => T): Promise<T> => {
    if (disk.full) throw new Error("the quota is exceeded");
    return work();
  };
  return {
    createStore: () => ({}),
    entries: () => checked(() => [...disk.answers]),
    // Of files Node's clones lose the name, which browsers keep.
    set: (id: string, { picture, ...rest }: { picture: File }) =>
      checked(() => void disk.answers.set(id, { ...structuredClone(rest), picture })),
    del: (id: string) => checked(() => void disk.answers.delete(id)),
    clear: () => checked(() => disk.busy.then(() => disk.answers.clear())),
  };
});

let asked: { picture: File; settings: Settings }[] = [];
let wrong: string | undefined;
const answers = new Map<string, Answer>();
const engine: PageEngine = {
  library: false,
  priors: true,
  models: async () => [{ id: "earth" }, { id: "second" }] as never,
  async locate(picture: File, settings: Settings, { signal }: LocateCall) {
    asked.push({ picture, settings });
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    if (picture.name === wrong) throw new Error("not a picture");
    return answers.get(picture.name) ?? answerOf(picture.name);
  },
};
vi.mock("../engine/server-engine.js", () => ({ serverEngine: async () => engine }));

/** Of each picture another answer. */
function answerOf(name: string): Answer {
  const best = { lat: name.charCodeAt(0) % 60, lng: 30 };
  const result = resultAt(best, { sha256: name });
  const answer = { result, ...densityAt(best), steps: [{ step: 0, steps: 1, points: [1, 2] }] };
  answers.set(name, answer);
  return answer;
}

const storage = new Map<string, string>();
const address = { hash: "" };
const picture = (name: string) => new File([name], name);
const settled = async () => {
  for (let i = 0; i < 60; i++) await new Promise((done) => setImmediate(done));
};

/** The page as it is after it has been loaded. */
async function loaded() {
  vi.resetModules();
  const { locating } = await import("./locating.svelte.js");
  await locating.open();
  return locating;
}

beforeAll(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: () => {} }));
  vi.stubGlobal("location", address);
  vi.stubGlobal("history", { replaceState: (_: unknown, __: string, hash: string) => (address.hash = hash) });
  vi.stubGlobal("requestAnimationFrame", () => 0);
  vi.stubGlobal("cancelAnimationFrame", () => {});
  const local = {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => storage.set(key, value),
    removeItem: (key: string) => storage.delete(key),
  };
  vi.stubGlobal(
    "localStorage",
    new Proxy(local, {
      ownKeys: () => [...storage.keys()],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    }),
  );
});
afterAll(() => {
  vi.unstubAllGlobals();
});
beforeEach(() => {
  address.hash = "";
  disk.answers.clear();
  disk.full = false;
  disk.busy = Promise.resolve();
  storage.clear();
  asked = [];
  wrong = undefined;
});

const names = (all: readonly KeptAnswer[]) => all.map((k) => k.picture.name);

describe("the answer that is looked at", () => {
  it("stands there again when the page is loaded anew: picture, settings, distribution, and its way", async () => {
    const before = await loaded();
    before.pane.settings.seed = 7;
    before.choose([picture("a.jpg")]);
    await settled();
    const { answer } = before.pane;
    const after = await loaded();
    expect(after.pane.picture?.name).toBe("a.jpg");
    expect(after.pane.settings.seed).toBe(7);
    expect(after.pane.answer?.result).toEqual(answer?.result);
    expect(after.pane.steps).toEqual(answer?.steps);
    expect(after.pane.arrived).toBe(true);
    const place = { lat: 37, lng: 30 };
    expect(after.pane.answer?.distribution.logProbNats(place)).toBeCloseTo(
      answer?.distribution.logProbNats(place) ?? Number.NaN,
      3,
    );
    // Nothing was asked again.
    expect(asked).toHaveLength(1);
  });

  it("is asked about anew with other settings, and then there are both", async () => {
    const { pane, kept } = await loaded();
    const { locating } = await import("./locating.svelte.js");
    locating.choose([picture("a.jpg")]);
    await settled();
    for (const seed of [1, 1]) {
      pane.settings.seed = seed;
      await pane.run();
      await settled();
    }
    expect(kept.all.map((k) => k.settings.seed)).toEqual([1, 0]);
    locating.show(kept.all[1]);
    expect(pane.settings.seed).toBe(0);
    expect(locating.shown).toBe(kept.all[1].id);
  });

  it("is of what was said of its picture, which is for no other picture, and comes back with it", async () => {
    const { pane, kept } = await loaded();
    const { locating } = await import("./locating.svelte.js");
    pane.settings.prior = "Egypt";
    locating.choose([picture("a.jpg")]);
    await settled();
    pane.judging.ruleOut({ name: "Cairo", lat: 30, lng: 31, radiusKm: 20 });
    Object.assign(pane.reading, { when: "2024-06-21T10:00", ratio: 0.5 });
    pane.reading.take();
    await pane.run();
    await settled();
    const said = "Egypt; not:within:40:30.000,31.000; shadow:2024-06-21T10:00Z:0.5~10";
    expect(asked.at(-1)?.settings.prior).toBe(said);
    expect(JSON.parse(storage.get("geodrift.settings") ?? "").prior).toBe("Egypt");
    locating.choose([picture("b.jpg"), picture("c.jpg")]);
    await settled();
    expect(asked.slice(-2).map((a) => [a.picture.name, a.settings.prior])).toEqual([
      ["b.jpg", "Egypt"],
      ["c.jpg", "Egypt"],
    ]);
    expect([pane.judging.ruledOut, pane.reading.taken]).toEqual([[], undefined]);
    const before = kept.all.find((k) => k.settings.prior === said);
    if (before) locating.show(before);
    expect([pane.settings.prior, pane.asked.prior]).toEqual(["Egypt", said]);
    expect(pane.judging.ruledOut.map((r) => r.name)).toEqual(["Cairo"]);
  });

  it("takes the server's own model where the one from before is not offered any more", async () => {
    storage.set("geodrift.settings", JSON.stringify({ samples: 64, guidance: 1, seed: 3, model: "gone" }));
    expect((await loaded()).pane.settings).toEqual({ samples: 64, guidance: 1, seed: 3, model: undefined });
  });

  const corner = '{"samples":64,"guidance":1,"seed":3,"region":[null]}';
  it.each(["{", "null", '{"samples":"many"}', "[]", corner])("begins anew where %s is remembered", async (text) => {
    storage.set("geodrift.settings", text);
    storage.set("geodrift.shown", text);
    const { pane } = await loaded();
    expect(pane.settings).toEqual({ samples: 256, guidance: 0, seed: 0 });
    expect(pane.picture).toBeUndefined();
  });
});

describe("several pictures", () => {
  it("have an answer each: the first is looked at, the others are kept beside it, and what is wrong with one is said", async () => {
    const locating = await loaded();
    wrong = "b.jpg";
    locating.choose(["a.jpg", "b.jpg", "c.jpg"].map(picture));
    expect(locating.others).toEqual({ done: 0, of: 2 });
    await settled();
    expect(locating.pane.picture?.name).toBe("a.jpg");
    expect(names(locating.kept.all).sort()).toEqual(["a.jpg", "c.jpg"]);
    expect(locating.failures).toEqual(["b.jpg: not a picture"]);
    expect(locating.others).toBeUndefined();
    expect(locating.shown).toBe(locating.kept.all.find((k) => k.picture.name === "a.jpg")?.id);
  });

  it("are kept up to 24, the newest first", async () => {
    const locating = await loaded();
    locating.choose(Array.from({ length: 30 }, (_, i) => picture(`${i}.jpg`)));
    await settled();
    await settled();
    expect(locating.kept.all).toHaveLength(24);
    expect(disk.answers.size).toBe(24);
    expect(names(locating.kept.all)[0]).toBe("29.jpg");
  });
});

describe("what is kept", () => {
  it("is forgotten on request, all of it, and what is under way with it", async () => {
    const locating = await loaded();
    locating.pane.settings.seed = 7;
    locating.choose(["a.jpg", "b.jpg", "c.jpg"].map(picture));
    await locating.forgetAll();
    await settled();
    expect([locating.kept.all, locating.pane.picture, locating.pane.answer]).toEqual([[], undefined, undefined]);
    expect([disk.answers.size, storage.size]).toEqual([0, 0]);
    expect((await loaded()).pane.settings.seed).toBe(0);
  });

  it("is in sight until the browser's storage has forgotten it; what is answered after that is kept", async () => {
    const locating = await loaded();
    locating.choose(["a.jpg", "b.jpg"].map(picture));
    await settled();
    let done = () => {};
    disk.busy = new Promise((resolve) => {
      done = resolve;
    });
    const forgotten = locating.forgetAll();
    await settled();
    expect(locating.pane.picture).toBeUndefined();
    expect(locating.kept.all).toHaveLength(2);
    done();
    await forgotten;
    expect(locating.kept.all).toEqual([]);
    locating.choose([picture("c.jpg")]);
    await settled();
    expect(names(locating.kept.all)).toEqual(["c.jpg"]);
    expect(disk.answers.size).toBe(1);
  });

  it("does not come back from under way, with a picture whose thumbnail was being drawn", async () => {
    const locating = await loaded();
    let drawn = (_: never) => {};
    vi.stubGlobal("createImageBitmap", () => new Promise((resolve) => (drawn = resolve)));
    try {
      locating.choose([picture("a.jpg")]);
      await settled();
      expect(locating.pane.answer).toBeDefined();
      await locating.forgetAll();
      drawn({} as never);
      await settled();
    } finally {
      Reflect.deleteProperty(globalThis, "createImageBitmap");
    }
    expect([locating.kept.all, disk.answers.size, storage.size]).toEqual([[], 0, 0]);
  });

  it("is nothing in a browser that keeps nothing, which is said; answers are given all the same", async () => {
    disk.full = true;
    const locating = await loaded();
    locating.choose([picture("a.jpg")]);
    await settled();
    expect(locating.pane.answer).toBeDefined();
    expect(locating.kept.refused).toBe("This browser keeps nothing here (the quota is exceeded).");
  });
});

describe("an answer from a link", () => {
  const sent = { samples: 64, guidance: 2, seed: 9, model: "elsewhere", prior: "Chile" };
  const linkTo = async (name: string) => {
    const { hashOf } = await import("./answer-link.js");
    return hashOf({ settings: sent, answer: answerOf(name) });
  };

  it("is looked at beside one's own settings, until a picture is chosen, which is asked about with those", async () => {
    const locating = await loaded();
    locating.pane.settings.seed = 3;
    address.hash = await linkTo("z.jpg");
    await locating.showLink(address.hash);
    expect(locating.linked).toEqual(sent);
    expect(locating.pane.answer?.result.sha256).toBe("z.jpg");
    expect([locating.pane.picture, asked]).toEqual([undefined, []]);
    locating.choose([picture("a.jpg")]);
    await settled();
    expect([address.hash, locating.linked]).toEqual(["#locate", undefined]);
    expect(asked[0].settings).toEqual({ samples: 256, guidance: 0, seed: 3 });
  });

  it("gives way to a picture that was chosen before it was read, and to another link", async () => {
    const locating = await loaded();
    address.hash = await linkTo("z.jpg");
    const shown = locating.showLink(address.hash);
    locating.choose([picture("a.jpg")]);
    await shown;
    await settled();
    expect([locating.linked, locating.pane.picture?.name]).toEqual([undefined, "a.jpg"]);
    const [first, second] = [await linkTo("y.jpg"), await linkTo("x.jpg")];
    address.hash = first;
    const early = locating.showLink(first);
    address.hash = second;
    await Promise.all([locating.showLink(second), early]);
    expect(locating.pane.answer?.result.sha256).toBe("x.jpg");
  });

  it("that is damaged is said, and nothing of before stands beside it", async () => {
    const locating = await loaded();
    locating.choose([picture("a.jpg")]);
    await settled();
    address.hash = "#answer=AAAA";
    await locating.showLink(address.hash);
    expect(locating.pane.error).toBe("This link is cut off or damaged: there is no answer in it.");
    expect([locating.shown, locating.linked, locating.pane.answer]).toEqual([undefined, undefined, undefined]);
  });
});
