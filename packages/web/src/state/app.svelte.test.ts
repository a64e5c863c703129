/// <reference path="../app.d.ts" />
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PageEngine } from "../engine/engine.js";

/** Who answers when the page asks who computes. */
let open: () => Promise<PageEngine>;
let opened = 0;
vi.mock("../engine/server-engine.js", () => ({
  serverEngine: () => {
    opened++;
    return open();
  },
}));

const models = ["earth", "second"].map((id) => {
  return { id, description: "", licence: "", method: "generative", steps: true, guidance: true, views: true };
});
const engineWith = (more: Partial<PageEngine> = {}): PageEngine => ({
  library: false,
  priors: true,
  models: async () => models,
  locate: () => Promise.reject(new Error("not asked here")),
  ...more,
});

let dark: { matches: boolean; change?: (e: { matches: boolean }) => void };

/** The page's state, new: as after the page was loaded. */
async function load() {
  vi.resetModules();
  const { app } = await import("./app.svelte.js");
  const { LostError } = await import("../engine/engine.js");
  return { app, lost: new LostError("The server does not answer.") };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  opened = 0;
  dark = { matches: false };
  vi.stubGlobal("matchMedia", () => ({
    matches: dark.matches,
    addEventListener: (_: string, change: typeof dark.change) => {
      dark.change = change;
    },
  }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("who computes", () => {
  it("is asked once, with the models, however many wait for it", async () => {
    const engine = engineWith();
    open = async () => engine;
    const { app } = await load();
    await Promise.all([app.open(), app.open()]);
    await app.open();
    expect(app.engine).toBe(engine);
    expect(app.models).toEqual(models);
    expect([app.lost, opened]).toEqual([undefined, 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is asked again every two seconds while it is lost, until it is back", async () => {
    const { app, lost } = await load();
    open = () => Promise.reject(lost);
    await app.open();
    expect([app.engine, app.lost, opened]).toEqual([undefined, "The server does not answer.", 1]);
    await vi.advanceTimersByTimeAsync(1999);
    expect(opened).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect([app.lost, opened]).toEqual(["The server does not answer.", 3]);
    open = async () => engineWith({ library: true });
    await vi.advanceTimersByTimeAsync(2000);
    expect([app.lost, opened]).toEqual([undefined, 4]);
    expect(app.engine?.library).toBe(true);
    expect(app.models).toEqual(models);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(opened).toBe(4);
  });

  it("is asked for its models again if it went away before it had told them", async () => {
    const { app, lost } = await load();
    open = async () => engineWith({ models: () => Promise.reject(lost) });
    await app.open();
    expect([app.lost, app.models]).toEqual(["The server does not answer.", []]);
    open = async () => engineWith();
    await vi.advanceTimersByTimeAsync(2000);
    expect([app.lost, app.models]).toEqual([undefined, models]);
  });

  it("is asked again by one clock, however many requests have failed", async () => {
    open = async () => engineWith();
    const { app, lost } = await load();
    await app.open();
    open = () => Promise.reject(lost);
    for (let i = 0; i < 5; i++) app.fail(lost);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(opened).toBe(2);
    expect(vi.getTimerCount()).toBe(1);
  });

  it("is not thought lost for other errors", async () => {
    open = async () => engineWith();
    const { app } = await load();
    await app.open();
    app.fail(new Error("a.jpg is no picture."));
    expect(app.lost).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is noted anew when it is lost a second time", async () => {
    open = async () => engineWith();
    const { app, lost } = await load();
    await app.open();
    app.fail(lost);
    await vi.advanceTimersByTimeAsync(2000);
    expect(app.lost).toBeUndefined();
    app.fail(lost);
    expect(app.lost).toBe("The server does not answer.");
    expect(vi.getTimerCount()).toBe(1);
  });
});

describe("how the page looks", () => {
  it("is as the machine likes it, and follows it", async () => {
    dark.matches = true;
    const { app } = await load();
    expect(app.theme).toBe("dark");
    dark.change?.({ matches: false });
    expect(app.theme).toBe("light");
    dark.change?.({ matches: true });
    expect(app.theme).toBe("dark");
  });
});
