import { startGrid } from "@geodrift/core";
import type { Lifted, LiftSettings, LiftStep } from "geodrift/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { LiftEngine } from "../engine/engine.js";

vi.mock("../engine/server-engine.js", () => ({ serverEngine: () => Promise.reject(new Error("none here")) }));

/** A request for a lift, to be answered by a test. */
interface Order {
  asked: LiftSettings;
  signal: AbortSignal;
  onStep(step: LiftStep): void;
  answer(lifted: Lifted): void;
  fail(e: Error): void;
}

let orders: Order[] = [];
let drawn: { azimuth?: number; signal: AbortSignal }[] = [];
const field = { grid: startGrid({ across: 4, up: 4, halfHeight: 1 }), unitM: 10 };
const lifts: LiftEngine = {
  lift: (asked, { signal, onStep }) =>
    new Promise((answer, fail) => {
      signal.addEventListener("abort", () => fail(signal.reason));
      orders.push({ asked, signal, onStep, answer, fail });
    }),
  mesh: async () => new ArrayBuffer(4),
  field: async () => field,
  address: (id, file) => `${id}/${file}`,
};
const images = {
  make: async ({ azimuth }: { azimuth?: number }, { signal }: { signal: AbortSignal }) => {
    drawn.push({ azimuth, signal });
    return {
      model: { name: "liberty", sha256: "00" },
      size: 64,
      pictures: [{ seed: 1, png: `from ${azimuth}`, sha256: "" }],
    };
  },
};
const lifted: Lifted = {
  id: "0".repeat(32),
  model: { name: "liberty", sha256: "00" },
  landmark: { title: "Liberty", at: { lat: 40, lng: -74 } },
  files: ["mesh.glb"],
};

let Lifting: typeof import("./lifting.svelte.js").Lifting;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  ({ Lifting } = await import("./lifting.svelte.js"));
});
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
beforeEach(() => {
  orders = [];
  drawn = [];
});

describe("a lift", () => {
  it("tells how far it is and what it looks like, and ends in a solid", async () => {
    const lifting = new Lifting(lifts, images);
    lifting.steps = 40;
    const done = lifting.start();
    const [{ asked, onStep, answer }] = orders;
    expect(asked).toEqual({ size: undefined, steps: 40 });
    onStep({ step: 10, steps: 40, error: 0.2, png: "so far" });
    onStep({ step: 20, steps: 40, error: 0.2 });
    expect([lifting.working, lifting.progress, lifting.preview]).toEqual([true, 0.5, "so far"]);
    answer(lifted);
    await done;
    expect(lifting.working).toBe(false);
    expect(lifting.solid).toMatchObject({ id: lifted.id, field });
  });

  it("is refused with a wrong number of steps, and says what went wrong", async () => {
    const lifting = new Lifting(lifts, images);
    for (const steps of [0, 1.5, 20_000]) {
      lifting.steps = steps;
      await lifting.start();
      expect(lifting.error).toMatch(/Steps: a whole number from 1 to 10000 is needed/);
    }
    expect(orders).toHaveLength(0);
    lifting.steps = 10;
    const done = lifting.start();
    orders[0].fail(new Error("the disk is full"));
    await done;
    expect([lifting.error, lifting.working]).toEqual(["the disk is full", false]);
  });

  it("is given up without a word, and a new one is not ended by the old one's end", async () => {
    const lifting = new Lifting(lifts, images);
    const first = lifting.start();
    const second = lifting.start();
    await first;
    expect([lifting.working, lifting.error]).toEqual([true, undefined]);
    expect(orders[0].signal.aborted).toBe(true);
    lifting.stop();
    await second;
    expect([lifting.working, lifting.error]).toEqual([false, undefined]);
  });

  it("is shown beside a picture of the side where the dial rests, and of no side on the way there", async () => {
    const lifting = new Lifting(lifts, images);
    for (const azimuth of [10, 20, 30]) {
      lifting.look(azimuth);
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(300);
    expect(drawn.map(({ azimuth }) => azimuth)).toEqual([30]);
    expect(lifting.picture).toEqual({ azimuth: 30, png: "from 30" });
    lifting.look(30);
    await vi.advanceTimersByTimeAsync(300);
    expect(drawn).toHaveLength(1);
  });
});
