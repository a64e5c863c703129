import { flatDegrees } from "@geodrift/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { densityAt, resultAt } from "../../../../test/page/answers.js";
import { type Answer, type LocateCall, LostError, type PageEngine, type Settings } from "../engine/engine.js";

/** What was asked of the engine, to be answered by a test. */
interface Question {
  picture: File;
  settings: Settings;
  call: LocateCall;
  answer(a: Answer): void;
  fail(e: Error): void;
}

let questions: Question[] = [];
const engine: PageEngine = {
  library: false,
  priors: true,
  models: async () => [],
  locate: (picture, settings, call) =>
    new Promise((answer, fail) => {
      call.signal.addEventListener("abort", () => fail(call.signal.reason));
      questions.push({ picture, settings, call, answer, fail });
    }),
};
vi.mock("../engine/server-engine.js", () => ({ serverEngine: async () => engine }));

let clock = 0;
let frames: ((now: number) => void)[] = [];
/** Lets so many milliseconds go by, and draws one frame. */
function frame(ms: number): void {
  clock += ms;
  for (const f of frames.splice(0)) f(clock);
}
const settled = () => new Promise((done) => setImmediate(done));

let still = false;
let Pane: typeof import("./pane.svelte.js").Pane;
let app: typeof import("./app.svelte.js").app;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  vi.spyOn(performance, "now").mockImplementation(() => clock);
  vi.stubGlobal("matchMedia", (query: string) => ({
    matches: still && query.includes("reduced-motion"),
    addEventListener: () => {},
  }));
  vi.stubGlobal("requestAnimationFrame", (f: (now: number) => void) => frames.push(f));
  vi.stubGlobal("cancelAnimationFrame", () => {
    frames = [];
  });
  ({ Pane } = await import("./pane.svelte.js"));
  ({ app } = await import("./app.svelte.js"));
});
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});
beforeEach(() => {
  questions = [];
  frames = [];
  still = false;
  app.lost = undefined;
});

const picture = (name: string) => new File(["…"], name);
const step = (n: number, steps = 2) => ({ step: n, steps, points: [n * 10, 0] });
const cairo = { lat: 30, lng: 31 };
const answerAt = (best = cairo, more = {}, steps = [step(0), step(1), step(2)]): Answer => ({
  result: resultAt(best, more),
  ...densityAt(best),
  steps,
});

/** A pane that has asked, and its question. */
async function asking(name = "a.jpg") {
  const pane = new Pane();
  pane.choose(picture(name));
  await settled();
  return { pane, question: questions[questions.length - 1] };
}

/** A pane with an answer; its way is still to be played. */
async function answered(...answer: Parameters<typeof answerAt>) {
  const { pane, question } = await asking();
  question.answer(answerAt(...answer));
  await settled();
  return pane;
}

describe("a picture that is chosen", () => {
  it("is asked about with the settings as they are then", async () => {
    const pane = new Pane();
    pane.settings.seed = 7;
    pane.choose(picture("a.jpg"));
    await settled();
    pane.settings.seed = 8;
    expect(questions).toHaveLength(1);
    expect(questions[0].picture).toBe(pane.picture);
    expect(questions[0].settings).toEqual({ samples: 256, guidance: 0, seed: 7 });
    expect([pane.working, pane.answer, pane.error]).toEqual([true, undefined, undefined]);
    expect(pane.preview).toMatch(/^blob:/);
  });

  it("has its answer shown, and the steps on the way to it", async () => {
    const { pane, question } = await asking();
    question.call.onLoading?.(1, 2);
    expect(pane.loading).toEqual({ loaded: 1, total: 2 });
    question.call.onStep(step(0));
    question.call.onStep(step(1));
    expect(pane.steps).toEqual([step(0), step(1)]);
    expect(pane.drawn).toEqual([0, 0]);
    const answer = answerAt();
    question.answer(answer);
    await settled();
    expect(pane.answer).toBe(answer);
    expect([pane.working, pane.loading]).toEqual([false, undefined]);
    // What was told on the way is kept.
    expect(pane.steps).toHaveLength(2);
  });

  it("withdraws the one before, whose late answer and error are dropped", async () => {
    const { pane, question: first } = await asking("a.jpg");
    const before = pane.preview;
    pane.choose(picture("b.jpg"));
    expect(first.call.signal.aborted).toBe(true);
    await settled();
    first.answer(answerAt());
    await settled();
    expect([pane.answer, pane.error, pane.working]).toEqual([undefined, undefined, true]);
    expect(pane.preview).not.toBe(before);
    const answer = answerAt({ lat: 1, lng: 1 });
    questions[1].answer(answer);
    await settled();
    expect(pane.answer).toBe(answer);
    expect(pane.working).toBe(false);
  });

  it("that cannot be located says why, until something else is asked", async () => {
    const { pane, question } = await asking();
    question.fail(new Error("a.jpg is no picture."));
    await settled();
    expect([pane.error, pane.working, app.lost]).toEqual(["a.jpg is no picture.", false, undefined]);
    void pane.run();
    expect([pane.error, pane.working]).toEqual([undefined, true]);
  });

  it("is kept where the server is lost, which all of the page is told", async () => {
    const { pane, question } = await asking();
    question.fail(new LostError("The server does not answer (refused)."));
    await settled();
    expect(pane.error).toBe(
      "The server does not answer (refused). Your picture is still here: try again when the server is back.",
    );
    expect(app.lost).toBe("The server does not answer (refused).");
    expect(pane.picture?.name).toBe("a.jpg");
  });

  it("is forgotten when the pane is cleared, and what was asked is withdrawn", async () => {
    const { pane, question } = await asking();
    question.call.onStep(step(0));
    pane.clear();
    await settled();
    expect(question.call.signal.aborted).toBe(true);
    expect([pane.working, pane.error, pane.answer, pane.steps]).toEqual([false, undefined, undefined, []]);
    expect([pane.picture, pane.preview, pane.playing]).toEqual([undefined, undefined, false]);
  });

  it("is not asked about where there is none", async () => {
    await new Pane().run();
    expect(questions).toEqual([]);
  });
});

describe("the way from noise to places", () => {
  it("is played at four steps a second, up to the end", async () => {
    const pane = await answered();
    frame(125);
    expect(pane.at).toBeCloseTo(0.5);
    expect(pane.drawn[0]).toBeCloseTo(5);
    frame(250);
    expect(pane.at).toBeCloseTo(1.5);
    expect([pane.arrived, pane.playing]).toEqual([false, true]);
    frame(1000);
    expect([pane.at, pane.arrived, pane.playing]).toEqual([2, true, false]);
    expect(frames).toEqual([]);
  });

  it("waits at the last step for those that are still to come", async () => {
    const { pane, question } = await asking();
    question.call.onStep(step(0));
    frame(1000);
    expect([pane.at, pane.playing, pane.arrived]).toEqual([0, true, false]);
    question.call.onStep(step(1));
    frame(125);
    expect(pane.at).toBeCloseTo(0.5);
  });

  it("is not played where a person wants no motion: each step is shown as it comes", async () => {
    still = true;
    const { pane, question } = await asking();
    for (const n of [0, 1, 2]) {
      question.call.onStep(step(n));
      frame(1);
      expect(pane.at).toBe(n);
    }
  });

  it("shows density, marks and the neighbourhood of the answer only at its end", async () => {
    const pane = await answered();
    expect([pane.shown, pane.marks]).toEqual([undefined, []]);
    expect(pane.focus).toEqual({ ...cairo, radiusKm: "globe" });
    pane.seek(2);
    expect(pane.shown?.distribution).toBe(pane.answer?.distribution);
    expect(pane.focus).toEqual({ ...cairo, radiusKm: 120 });
    expect(pane.marks.map((m) => [m.text, m.kind])).toEqual([["60 %", "best"]]);
    expect(pane.drawn).toEqual(flatDegrees(densityAt(cairo).samples));
  });

  it("stops where a person looks at a step, and is played anew from its end", async () => {
    const pane = await answered();
    pane.seek(1.5);
    frame(1000);
    expect([pane.at, pane.playing]).toEqual([1.5, false]);
    pane.play();
    expect(pane.at).toBe(1.5);
    pane.seek(2);
    pane.play();
    expect([pane.at, pane.playing]).toEqual([0, true]);
  });

  it("has no length for methods without steps: the answer is there at once", async () => {
    const pane = await answered(cairo, {}, []);
    expect([pane.arrived, pane.points]).toEqual([true, []]);
    expect(pane.drawn).toHaveLength(6);
  });
});

describe("marks of an answer", () => {
  it("are six candidates with their shares, the first the best, and what the file says", async () => {
    const modes = [0.4, 0.2, 0.1, 0.08, 0.06, 0.05, 0.04].map((mass, i) => {
      return { lat: i, lng: -i, mass, radiusKm: 1, name: "" };
    });
    const pane = await answered(cairo, { modes, recorded: { lat: 9, lng: 9, distanceKm: 1 } }, []);
    expect(pane.marks.map((m) => m.text)).toEqual(["40 %", "20 %", "10 %", "8 %", "6 %", "5 %", "the file says"]);
    expect(pane.marks.map((m) => m.kind)).toEqual(["best", ...Array(5).fill("mode"), "truth"]);
    expect(pane.marks[2]).toMatchObject({ lat: 2, lng: -2 });
    expect(pane.marks[6]).toMatchObject({ lat: 9, lng: 9 });
  });
});
