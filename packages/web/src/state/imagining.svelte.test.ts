import fc from "fast-check";
import type { Imagined, ImagineSettings, ImagineStep, NearestBody, TrainingView } from "geodrift/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type ImageEngine, LostError } from "../engine/engine.js";

vi.mock("../engine/server-engine.js", () => ({ serverEngine: () => Promise.reject(new Error("none here")) }));

/** A request for pictures, to be answered by a test. */
interface Order {
  asked: ImagineSettings;
  signal: AbortSignal;
  onStep(step: ImagineStep): void;
  answer(made: Imagined): void;
  fail(e: Error): void;
}

let orders: Order[] = [];
let compared: NearestBody[] = [];
const about = {
  name: "tiles",
  description: "",
  licence: "",
  sizes: [32],
  groundKm: [1, 100] as [number, number],
  words: ["winter"],
  memory: true,
  usual: { groundKm: 10, guidePlace: 2.5, guideWords: 1.5 },
};
const viewOf = (png: string): TrainingView => {
  return { png: `like ${png}`, at: { lat: 0, lng: 0 }, km: 1, groundKm: 10, kind: "satellite", difference: 3 };
};
const usual: ImageEngine = {
  about: async () => about,
  nearest: async (body) => {
    compared.push(body);
    return viewOf(body.png);
  },
  make: (asked, { signal, onStep }) =>
    new Promise((answer, fail) => {
      signal.addEventListener("abort", () => fail(signal.reason));
      orders.push({ asked, signal, onStep, answer, fail });
    }),
};
const pictures = (...pngs: string[]): Imagined => ({
  model: { name: "tiles", sha256: "00" },
  size: 32,
  pictures: pngs.map((png, seed) => ({ seed, png, sha256: `hash of ${png}` })),
});
const settled = () => new Promise((done) => setImmediate(done));

let Imagining: typeof import("./imagining.svelte.js").Imagining;
let app: typeof import("./app.svelte.js").app;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  ({ Imagining } = await import("./imagining.svelte.js"));
  ({ app } = await import("./app.svelte.js"));
});
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
beforeEach(() => {
  orders = [];
  compared = [];
  app.lost = undefined;
});

/** A form with a place, whose model is known. */
async function form(engine: Partial<ImageEngine> = {}) {
  const imagining = new Imagining({ ...usual, ...engine });
  await imagining.open();
  imagining.at = { lat: 30, lng: 31 };
  return imagining;
}

/** The same with an order that is on its way. */
async function making(engine: Partial<ImageEngine> = {}) {
  const imagining = await form(engine);
  void imagining.make();
  await settled();
  return { imagining, order: orders[orders.length - 1] };
}

describe("the form", () => {
  it("takes the usual guidance of the model", async () => {
    const { about: known, guidePlace, guideWords } = await form();
    expect([known, guidePlace, guideWords]).toEqual([about, 2.5, 1.5]);
  });

  it("is ready with a place or words, of which spaces are none", () => {
    const imagining = new Imagining(usual);
    expect(imagining.ready).toBe(false);
    imagining.words = "  ";
    expect(imagining.ready).toBe(false);
    imagining.words = "winter";
    expect(imagining.ready).toBe(true);
    imagining.words = "";
    imagining.at = { lat: 0, lng: 0 };
    expect(imagining.ready).toBe(true);
  });

  it("says of wrong numbers which they are, and asks for nothing", async () => {
    const imagining = await form();
    const wrong = fc.oneof(fc.integer({ max: 0 }), fc.integer({ min: 17 }), fc.constantFrom(2.5, Number.NaN));
    await fc.assert(
      fc.asyncProperty(wrong, async (n) => {
        imagining.n = n;
        await imagining.make();
        expect(imagining.error).toBe("Pictures: a whole number from 1 to 16 is needed.");
      }),
    );
    imagining.n = 16;
    imagining.locked = true;
    for (const seed of [-1, 1_000_001, 0.5]) {
      imagining.seed = seed;
      await imagining.make();
      expect(imagining.error).toBe("Seed: a whole number from 0 to 1000000 is needed.");
    }
    expect([orders, imagining.working]).toEqual([[], false]);
    imagining.seed = 1_000_000;
    void imagining.make();
    expect([orders.length, imagining.error]).toEqual([1, undefined]);
  });

  it("does not mind a wrong seed that is not used", async () => {
    const imagining = await form();
    imagining.seed = -1;
    void imagining.make();
    expect(orders).toHaveLength(1);
    expect(orders[0].asked.seed).toBeGreaterThanOrEqual(0);
  });

  it("says why there is no model, and asks for nothing", async () => {
    const imagining = new Imagining({ ...usual, about: () => Promise.reject(new LostError("The server is gone.")) });
    await imagining.make();
    expect([imagining.error, app.lost, orders]).toEqual(["The server is gone.", "The server is gone.", []]);
  });
});

describe("pictures that are asked for", () => {
  it("are those of the form, without spaces around its words", async () => {
    const imagining = await form();
    Object.assign(imagining, { words: " winter ", groundKm: 5, n: 2, seed: 42, locked: true });
    void imagining.make();
    expect(orders[0].asked).toEqual({
      at: { lat: 30, lng: 31 },
      words: "winter",
      groundKm: 5,
      n: 2,
      guidePlace: 2.5,
      guideWords: 1.5,
      seed: 42,
      attention: true,
    });
    imagining.words = "  ";
    void imagining.make();
    expect(orders[1].asked.words).toBeUndefined();
  });

  it("come step by step, with how far all of them are", async () => {
    const { imagining, order } = await making();
    expect(imagining.coming).toEqual(Array(4).fill(undefined));
    order.onStep({ index: 0, step: 5, steps: 10, png: "half" });
    expect([imagining.progress, imagining.coming]).toEqual([0.125, ["half", undefined, undefined, undefined]]);
    order.onStep({ index: 2, step: 10, steps: 10, png: "third" });
    expect([imagining.progress, imagining.coming]).toEqual([0.75, ["half", undefined, "third", undefined]]);
    const imagined = pictures("a");
    order.answer(imagined);
    await settled();
    expect(imagining.shown).toEqual({ asked: order.asked, imagined });
    expect([imagining.made, imagining.working]).toEqual([[imagining.shown], false]);
  });

  it("give up those on their way, whose answer is not shown", async () => {
    const { imagining, order } = await making();
    void imagining.make();
    expect(order.signal.aborted).toBe(true);
    order.answer(pictures("old"));
    await settled();
    expect([imagining.shown, imagining.error, imagining.working]).toEqual([undefined, undefined, true]);
    orders[1].answer(pictures("new"));
    await settled();
    expect(imagining.made.map((m) => m.imagined.pictures[0].png)).toEqual(["new"]);
    expect(imagining.working).toBe(false);
  });

  it("that fail say why, and what came of them is taken away; where they are stopped it stays", async () => {
    const { imagining, order } = await making();
    order.onStep({ index: 0, step: 1, steps: 10, png: "a" });
    order.fail(new Error("The word “snow” is not known."));
    await settled();
    expect([imagining.error, imagining.coming, imagining.working]).toEqual([
      "The word “snow” is not known.",
      [],
      false,
    ]);
    expect(app.lost).toBeUndefined();
    void imagining.make();
    orders[1].onStep({ index: 0, step: 1, steps: 10, png: "b" });
    imagining.stop();
    await settled();
    expect([imagining.error, imagining.coming[0], imagining.working]).toEqual([undefined, "b", false]);
  });

  it("are kept, the twelve last of them, the newest first", async () => {
    const imagining = await form();
    for (let i = 0; i < 14; i++) {
      void imagining.make();
      orders[i].answer(pictures(String(i)));
      await settled();
    }
    const kept = imagining.made.map((m) => Number(m.imagined.pictures[0].png));
    expect(kept).toEqual([13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
  });

  it("fill the form again when they are recalled, and are shown", async () => {
    const imagining = await form();
    Object.assign(imagining, { words: "winter", groundKm: 5, n: 2, guidePlace: 3 });
    void imagining.make();
    orders[0].answer(pictures("a"));
    await settled();
    const [first] = imagining.made;
    Object.assign(imagining, { at: undefined, words: "", groundKm: undefined, n: 1, guidePlace: 1, seed: 0 });
    imagining.recall(first);
    const { at, words, groundKm, n, guidePlace, seed, locked, shown } = imagining;
    expect({ at, words, groundKm, n, guidePlace, seed }).toEqual({
      at: { lat: 30, lng: 31 },
      words: "winter",
      groundKm: 5,
      n: 2,
      guidePlace: 3,
      seed: orders[0].asked.seed,
    });
    expect([locked, shown]).toEqual([true, first]);
  });
});

describe("what pictures are most like", () => {
  it("is looked up for each once, and again only for another place", async () => {
    const { imagining, order } = await making();
    order.answer(pictures("a", "b", "a"));
    await settled();
    expect(compared).toEqual(["a", "b"].map((png) => ({ png, at: { lat: 30, lng: 31 }, words: undefined })));
    expect(imagining.nearestOf("hash of b")).toEqual(viewOf("b"));
    expect(imagining.nearestOf("hash of c")).toBeUndefined();
    imagining.at = { lat: 0, lng: 0 };
    void imagining.make();
    orders[1].answer(pictures("a"));
    await settled();
    expect(compared.slice(2)).toEqual([{ png: "a", at: { lat: 0, lng: 0 }, words: undefined }]);
    imagining.recall(imagining.made[1]);
    await settled();
    expect(compared).toHaveLength(3);
  });

  it("is not asked of words alone, nor of a model without a memory", async () => {
    const { imagining, order } = await making({ about: async () => ({ ...about, memory: false }) });
    order.answer(pictures("a"));
    await settled();
    imagining.about = about;
    imagining.at = undefined;
    imagining.words = "winter";
    void imagining.make();
    orders[1].answer(pictures("a"));
    await settled();
    expect(compared).toEqual([]);
  });

  it("is no longer looked up, nor its failure said, once others are made", async () => {
    const asked: AbortSignal[] = [];
    const { imagining, order } = await making({
      nearest: (_, signal) =>
        new Promise((_, fail) => {
          asked.push(signal);
          signal.addEventListener("abort", () => fail(signal.reason));
        }),
    });
    order.answer(pictures("a", "b"));
    await settled();
    void imagining.make();
    await settled();
    expect(asked.map((signal) => signal.aborted)).toEqual([true]);
    expect(imagining.error).toBeUndefined();
  });
});
