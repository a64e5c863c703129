import { distributionTensors, flatDegrees, sampleDistribution, writeSafetensors } from "@geodrift/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { LocalServer, sse } from "../../../../test/page/local-server.js";
import { LostError } from "./engine.js";

const server = new LocalServer();
let events: typeof import("./events.js");

beforeAll(async () => {
  await server.start();
  vi.stubGlobal("document", { baseURI: server.url });
  events = await import("./events.js");
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await server.stop();
});

interface Step {
  step: number;
}

const steps = [{ step: 0 }, { step: 1 }, { step: 2 }];
const whole = `${steps.map((s) => sse("step", s)).join("")}${sse("result", { place: "Tromsø, Норвегия 🌍" })}`;
const never = new AbortController().signal;

/** Steps that were told, and what following ends in: an answer, or what is thrown. */
async function follow(request: Promise<{ body: Response["body"] }>, signal = never) {
  const told: Step[] = [];
  const end = await events.followEvents<Step, unknown>(request, signal, (s) => told.push(s)).catch((e: unknown) => e);
  return { told, end };
}

/** The same for what a server sends, which then ends the answer, or breaks the connection. */
function followServer(text: string | Uint8Array, { broken = false } = {}) {
  server.answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (!broken) return void response.end(text);
    response.write(text, () => response.destroy());
  };
  return follow(fetch(server.url));
}

/** A body that comes in these pieces. */
const inPieces = (pieces: Uint8Array[]) =>
  Promise.resolve({
    body: new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        for (const p of pieces) controller.enqueue(Uint8Array.from(p));
        controller.close();
      },
    }),
  });

const gone = new LostError("The server went away in the middle of the answer.");

describe("an answer that is followed", () => {
  it("tells its steps in their order, and ends in its result", async () => {
    expect(await followServer(whole)).toEqual({ told: steps, end: { place: "Tromsø, Норвегия 🌍" } });
  });

  it("is the same however it is cut into pieces, within characters too", async () => {
    const bytes = new TextEncoder().encode(whole);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 40 }), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
        expect(await follow(inPieces(pieces))).toEqual({ told: steps, end: { place: "Tromsø, Норвегия 🌍" } });
      }),
      { numRuns: 50 },
    );
  });

  it("throws the sentence of an error event, after the steps before it", async () => {
    const { told, end } = await followServer(sse("step", steps[0]) + sse("error", { error: "It is no picture." }));
    expect(told).toEqual([steps[0]]);
    expect(end).toEqual(new Error("It is no picture."));
    expect(end).not.toBeInstanceOf(LostError);
  });

  it("throws that the server is lost if it ends before the result, wherever that is", async () => {
    const bytes = new TextEncoder().encode(whole);
    const inCharacter = bytes.findIndex((b) => b >= 0x80) + 1;
    const beforeEmptyLine = bytes.length - 1;
    const inEvent = sse("step", steps[0]).length + 9;
    for (const [cut, told] of [
      [0, 0],
      [inEvent, 1],
      [inCharacter, 3],
      [beforeEmptyLine, 3],
    ]) {
      const followed = await followServer(bytes.subarray(0, cut));
      expect(followed).toEqual({ told: steps.slice(0, told), end: gone });
      expect(followed.end).toBeInstanceOf(LostError);
    }
  });

  it("throws that the server is lost if the connection breaks", async () => {
    const { told, end } = await followServer(sse("step", steps[0]), { broken: true });
    expect(told).toEqual([steps[0]]);
    expect(end).toBeInstanceOf(LostError);
    expect(String(end)).toContain("The server does not answer (");
  });

  it("throws that the server is lost if there is no body at all", async () => {
    expect(await follow(Promise.resolve({ body: null }))).toEqual({ told: [], end: gone });
  });

  it("throws why it was withdrawn, and tells no more steps", async () => {
    const why = new Error("another picture");
    const withdrawn = new AbortController();
    const told: Step[] = [];
    server.answer = (_, response) => void response.write(sse("step", steps[0]));
    const request = fetch(server.url, { signal: withdrawn.signal });
    const end = events.followEvents<Step, unknown>(request, withdrawn.signal, (s) => {
      told.push(s);
      withdrawn.abort(why);
    });
    await expect(end).rejects.toBe(why);
    expect(told).toEqual([steps[0]]);
  });

  it("throws why it was withdrawn also where the browser says that the connection broke", async () => {
    const why = new Error("another picture");
    const withdrawn = new AbortController();
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        withdrawn.abort(why);
        controller.error(new TypeError("network error"));
      },
    });
    expect(await follow(Promise.resolve({ body }), withdrawn.signal)).toEqual({ told: [], end: why });
  });

  it("passes on what is thrown before there is an answer", async () => {
    const refused = new Error("samples: is a number.");
    expect(await follow(Promise.reject(refused))).toEqual({ told: [], end: refused });
  });
});

describe("a picture's answer that is followed", () => {
  const samples = Float64Array.from([1, 0, 0, 0, 1, 0, 0.6, 0.8, 0]);
  const call = () => {
    const told: unknown[] = [];
    return { told, signal: never, onStep: (s: unknown) => told.push(s) };
  };

  it("has its result, its steps as they were told, and the density that it names", async () => {
    const tensors = distributionTensors(sampleDistribution(samples), samples);
    server.answer = ({ path }, response) =>
      void response.end(
        path === "/api/density/d7/tensors"
          ? writeSafetensors({ tensors, metadata: {} })
          : sse("step", { step: 0, steps: 1, points: [10, 20] }) +
              sse("result", { result: { image: "a.jpg" }, density: "d7" }),
      );
    const c = call();
    const answer = await events.followAnswer(fetch(server.url), c);
    expect(answer.result).toEqual({ image: "a.jpg" });
    expect(answer.steps).toEqual([{ step: 0, steps: 1, points: [10, 20] }]);
    expect(c.told).toEqual(answer.steps);
    const [got, sent] = [answer.samples, samples].map(flatDegrees);
    for (const [i, degrees] of sent.entries()) expect(got[i]).toBeCloseTo(degrees, 4);
    const best = sampleDistribution(Float64Array.from(Float32Array.from(samples))).best;
    expect(answer.distribution.best).toEqual(best);
  });

  it("is none without its density", async () => {
    server.answer = ({ path }, response) => {
      if (path === "/") return void response.end(sse("result", { result: {}, density: "7" }));
      response.statusCode = 404;
      return { error: "There is no density 7." };
    };
    await expect(events.followAnswer(fetch(server.url), call())).rejects.toEqual(new Error("There is no density 7."));
  });
});
