import { GeodriftError } from "@geodrift/core";
import { createRoute, z } from "@hono/zod-openapi";
import fc from "fast-check";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { EngineAnswer } from "../engine/engine.js";
import { Densities } from "./densities.js";
import { jsonLog, type LogLine, requestLog } from "./log.js";
import { router } from "./router.js";
import { streamEvents } from "./stream-events.js";
import { announcedBytes, readUpload } from "./upload.js";

/** A request whose body comes in pieces, without a length. */
const upload = (pieces: readonly Uint8Array[], headers = {}): Request => {
  const body = new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const init = { method: "POST", body, headers, duplex: "half" };
  return new Request("http://localhost/", init);
};

describe("a body", () => {
  it("is what its pieces are, up to the most there may be, whatever the pieces", async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 20 }));
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 100 }), async (parts, most) => {
        const whole = Uint8Array.from(parts.flatMap((p) => [...p]));
        const read = readUpload(upload(parts), most);
        if (whole.length > most) await expect(read).rejects.toMatchObject({ status: 413 });
        else if (whole.length === 0) await expect(read).rejects.toMatchObject({ code: "file" });
        else expect(await read).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });
  it("that announces too much is refused before it is read", async () => {
    const request = upload([new Uint8Array(1)], { "content-length": String(2 ** 20 + 1) });
    await expect(readUpload(request, 2 ** 20, { what: "a track" })).rejects.toThrow("a track has at most 1 MiB here");
    expect(request.bodyUsed).toBe(false);
  });
  it("that stands still is ended, and one that comes on is not, however long it takes", async () => {
    const trickling = (bytes: number, everyMs: number, pieces: number) => {
      let sent = 0;
      const body = new ReadableStream({
        async pull(controller) {
          if (sent++ === pieces) return controller.close();
          await new Promise((resolve) => setTimeout(resolve, everyMs));
          controller.enqueue(new Uint8Array(bytes));
        },
      });
      return new Request("http://localhost/", { method: "POST", body, duplex: "half" } as RequestInit);
    };
    const patience = 60;
    await expect(readUpload(trickling(1, 1000, 2), 2 ** 20, { patience })).rejects.toMatchObject({ status: 408 });
    await expect(readUpload(trickling(1, 20, 20), 2 ** 20, { patience })).rejects.toThrow(
      /^a picture does not come on: less than 64 KiB in 0.06 s$/,
    );
    expect((await readUpload(trickling(2 ** 16, 20, 8), 2 ** 20, { patience })).length).toBe(2 ** 19);
  });
  it("is counted as it comes, and ended by whoever counts", async () => {
    const counted: number[] = [];
    const hold = (bytes: number) => {
      counted.push(bytes);
      if (counted.length === 2) throw new GeodriftError("busy", "no room");
    };
    const pieces = [new Uint8Array(3), new Uint8Array(4), new Uint8Array(5)];
    await expect(readUpload(upload(pieces), 100, { hold })).rejects.toThrow("no room");
    expect(counted).toEqual([3, 4]);
  });
  it("that is not there is told as such", async () => {
    const request = new Request("http://localhost/", { method: "POST" });
    await expect(readUpload(request, 10, { what: "a track" })).rejects.toThrow(
      "the body is empty, where a track is expected",
    );
  });
  it.each([
    [{ "content-length": "5" }, 5],
    [{ "content-length": "500" }, 100],
    [{ "content-length": "x" }, 0],
    [{}, 100],
  ])("of %j may have %i bytes of 100", (headers, bytes) => {
    expect(announcedBytes(upload([], headers), 100)).toBe(bytes);
  });
});

describe("distributions that are kept", () => {
  const answer = (step: number, bytes = 1) => ({ step, bytes }) as unknown as EngineAnswer;
  it("go when they have not been used for longest", () => {
    const kept = new Densities(2);
    const [a, b] = [kept.keep(answer(1)), kept.keep(answer(2))];
    expect(kept.get(a)).toMatchObject({ step: 1 });
    const c = kept.keep(answer(3));
    expect([a, b, c].map((id) => kept.get(id))).toMatchObject([{ step: 1 }, undefined, { step: 3 }]);
    expect(kept.get("unknown")).toBeUndefined();
    expect(new Set([a, b, c]).size).toBe(3);
  });

  it("go when there are too many bytes of them, however few they are", () => {
    const kept = new Densities(9, 100);
    const ids = [60, 30, 50, 1].map((bytes, step) => kept.keep(answer(step, bytes)));
    expect(ids.map((id) => kept.get(id) !== undefined)).toEqual([false, true, true, true]);
  });
});

describe("requests", () => {
  it("that break a schema are refused in one sentence with the key", async () => {
    const body = { content: { "application/json": { schema: z.object({ a: z.object({ n: z.int().max(3) }) }) } } };
    const request = { body, query: z.object({ k: z.enum(["x", "y"]).optional() }) };
    const route = createRoute({ method: "post", path: "/r", request, responses: { 200: { description: "" } } });
    const app = router().openapi(route, (c) => c.json({ ok: true }));
    const ask = (json: unknown, query = "") =>
      app.request(`/r${query}`, {
        method: "POST",
        body: JSON.stringify(json),
        headers: { "content-type": "application/json" },
      });
    const tooBig = await ask({ a: { n: 4 } });
    expect([tooBig.status, await tooBig.json()]).toEqual([
      400,
      { error: '"a.n": expected number to be <=3', code: "option" },
    ]);
    expect(await (await ask([])).json()).toEqual({ error: "expected object, received array", code: "option" });
    expect((await ask({ a: { n: 1 } }, "?k=z")).status).toBe(400);
    expect((await ask({ a: { n: 1 } }, "?k=x")).status).toBe(200);
  });
  it("are logged without their query, which holds places and names", async () => {
    const lines: LogLine[] = [];
    const app = new Hono().use(requestLog(jsonLog((line) => lines.push(JSON.parse(line)))));
    app.post("/api/x", (c) => c.text("", 418));
    await app.request("/api/x?place=Timbuktu", { method: "POST", headers: { "content-length": "12" } });
    expect(lines).toMatchObject([{ event: "request", method: "POST", path: "/api/x", status: 418, bytes: 12 }]);
    expect(JSON.stringify(lines)).not.toContain("Timbuktu");
  });
});

describe("work that is watched", () => {
  const events = async (work: Parameters<typeof streamEvents<{ n: number }, { done: boolean }>>[2]) => {
    const logged: string[] = [];
    const app = new Hono().get("/", (c) => streamEvents(c, (event) => logged.push(event), work));
    const text = await (await app.request("/")).text();
    const sent = text
      .trim()
      .split("\n\n")
      .map((block) => /^event: (\w+)\ndata: (.*)$/.exec(block)?.slice(1));
    return { sent: sent.map((s) => s && [s[0], JSON.parse(s[1])]), logged };
  };
  it("sends its steps in their order, however long each takes to make, and its result last", async () => {
    const { sent } = await events(async ({ step }) => {
      for (const n of [3, 2, 1]) step(() => new Promise((done) => setTimeout(() => done({ n }), 3 * n)));
      return { done: true };
    });
    expect(sent).toEqual([
      ["step", { n: 3 }],
      ["step", { n: 2 }],
      ["step", { n: 1 }],
      ["result", { done: true }],
    ]);
  });
  it("ends in its error: one that can be mended as it is, a mistake with its ID", async () => {
    const mendable = await events(async () => {
      throw new GeodriftError("model", "no such model");
    });
    expect(mendable.sent).toEqual([["error", { error: "no such model", code: "model" }]]);
    const mistake = await events(async () => {
      throw new TypeError("secret");
    });
    expect(mistake.sent).toEqual([["error", expect.objectContaining({ code: "internal", id: expect.any(String) })]]);
    expect(JSON.stringify(mistake.sent)).not.toContain("secret");
    expect(mistake.logged).toEqual(["mistake"]);
  });
});
