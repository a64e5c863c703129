/** The server: what it answers, and what it does not let happen. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readDistribution, readSafetensors } from "@geodrift/core";
import { unzipSync } from "fflate";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { inThisProcess } from "./program.js";
import { raw, sentence, startServer, type TestServer } from "./server.js";
import { asksForToken } from "./token-checks.js";

const folder = mkdtempSync(join(tmpdir(), "serve-"));
const at = (name: string) => join(folder, name);
const demo = (name: string) => fileURLToPath(new URL(`../../packages/geodrift/page/play/${name}`, import.meta.url));

/** Of a real place: a view that comes with the page. */
const nile = readFileSync(demo("0.png"));

let server: TestServer;
beforeAll(async () => {
  writeFileSync(at("nile.png"), nile);
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const post = (path: string, body: Uint8Array, headers: Record<string, string> = {}) =>
  raw(server, path, { method: "POST", body, headers });

/** What a stream of events holds. */
const events = (text: string): { event: string; data: Record<string, never> }[] =>
  text
    .split("\n\n")
    .filter(Boolean)
    .map((block) => {
      const [, event] = /^event: (.*)$/m.exec(block) ?? [];
      const [, data] = /^data: (.*)$/m.exec(block) ?? [];
      return { event, data: JSON.parse(data) };
    });

describe("the server answers", () => {
  it("what the command line answers", async () => {
    const { body, headers } = await post("/api/locate?name=nile.png&prior=Egypt", nile);
    const { stdout } = await inThisProcess(["locate", "nile.png", "--json", "--prior", "Egypt"], folder);
    const without = ({ elapsedMs: _, ...rest }: Record<string, unknown>) => rest;
    expect(without(JSON.parse(body.toString()))).toEqual(without(JSON.parse(stdout)));
    expect(headers["geodrift-density"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("with settings what the command line answers with them", async () => {
    const query = "guidance=0.5&seed=7&steps=10&solver=heun&abstain=3";
    const { body } = await post(`/api/locate?name=nile.png&${query}`, nile);
    const flags = ["--guidance", "0.5", "--seed", "7", "--steps", "10", "--solver", "heun", "--abstain", "3"];
    const { stdout } = await inThisProcess(["locate", "nile.png", "--json", ...flags], folder);
    const without = ({ elapsedMs: _, ...rest }: Record<string, unknown>) => rest;
    expect(without(JSON.parse(body.toString()))).toEqual(without(JSON.parse(stdout)));
  });

  it("step by step: the noise, every step, the result", async () => {
    const { body, headers } = await post("/api/locate?samples=16&steps=5", nile, { accept: "text/event-stream" });
    expect(headers["content-type"]).toMatch(/^text\/event-stream/);
    const all = events(body.toString());
    expect(all.map((e) => e.event)).toEqual([...Array(6).fill("step"), "result"]);
    all.slice(0, 6).forEach(({ data }, i) => {
      const { step, steps, points } = data as unknown as { step: number; steps: number; points: number[] };
      expect([step, steps, points.length]).toEqual([i, 5, 32]);
      points.forEach((v, k) => {
        expect(Math.abs(v)).toBeLessThanOrEqual(k % 2 === 0 ? 180 : 90);
      });
    });
    // Noise is anywhere, the last step is where the answer is.
    const spread = (points: number[]) => Math.max(...points) - Math.min(...points);
    const at = (i: number) => (all[i].data as unknown as { points: number[] }).points;
    expect(spread(at(0))).toBeGreaterThan(200);
    expect(spread(at(5))).toBeLessThan(60);
    const { density } = all[6].data as unknown as { density: string };
    expect((await raw(server, `/api/density/${density}`)).status).toBe(200);
  });

  it("the density as outlines, as a value, as tiles, as tensors", async () => {
    const { headers, body } = await post("/api/density", nile);
    const geojson = JSON.parse(body.toString());
    const roles = new Set(geojson.features.map((f: { properties: { role: string } }) => f.properties.role));
    expect(roles).toEqual(new Set(["best", "mode", "mode-radius", "region", "samples"]));
    const path = `/api/density/${headers["geodrift-density"]}`;
    expect(JSON.parse((await raw(server, path)).body.toString())).toEqual(geojson);

    const tensors = await raw(server, `${path}/tensors`);
    const { distribution } = readDistribution(readSafetensors(new Uint8Array(tensors.body)).tensors);
    for (const [lat, lng] of [
      [30.6, 31.2],
      [48.9, 2.35],
      [-89, 0],
    ]) {
      const here = JSON.parse((await raw(server, `${path}/at?lat=${lat}&lng=${lng}`)).body.toString());
      expect(here.logProbNats).toBeCloseTo(distribution.logProbNats({ lat, lng }), 10);
      expect(here.credibleLevel).toBeCloseTo(distribution.credibleLevel({ lat, lng }), 10);
      expect(here.timesUniform).toBeCloseTo(Math.exp(here.logProbNats) * 4 * Math.PI, 6);
    }
    const tile = await raw(server, `${path}/tiles/5/18/13`);
    const { data, info } = await sharp(tile.body).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([256, 256, 4]);
    const painted = data.filter((_, i) => i % 4 === 3).reduce((n, alpha) => n + (alpha > 0 ? 1 : 0), 0);
    expect(painted).toBeGreaterThan(50);
    const empty = await sharp((await raw(server, `${path}/tiles/5/2/20`)).body).stats();
    expect(empty.channels[3].max).toBe(0);
    expect((await raw(server, `${path}/tiles/2/9/0`)).status).toBe(404);
    expect((await raw(server, "/api/density/none/tensors")).status).toBe(404);
  });

  it("with evidence that reproduces it", async () => {
    const { body } = await post("/api/evidence?name=nile.png&seed=3", nile);
    const files = unzipSync(new Uint8Array(body));
    const names = [
      "density.geojson",
      "evidence.html",
      "evidence.pdf",
      "evidence.txt",
      "map.svg",
      "result.json",
      "settings.json",
    ];
    expect(Object.keys(files).sort()).toEqual(names);
    const text = new TextDecoder().decode(files["evidence.txt"]);
    const result = JSON.parse(new TextDecoder().decode(files["result.json"]));
    for (const part of [result.sha256, result.model.sha256, "RULED OUT", "seed 3"]) expect(text).toContain(part);
    const [, command] = /geodrift (locate .*)/.exec(text) ?? [];
    const { stdout } = await inThisProcess(command.split(" "), folder);
    const { elapsedMs: _, ...again } = JSON.parse(stdout);
    expect(again).toEqual(result);
    writeFileSync(join(folder, "evidence.zip"), body);
    const verify = (image: string) => inThisProcess(["evidence", "verify", "evidence.zip", image], folder);
    expect((await verify("nile.png")).stdout).toMatch(/^evidence\.zip: holds: .* to the last digit\n$/);
    writeFileSync(
      join(folder, "other.png"),
      readFileSync(fileURLToPath(new URL("../../packages/geodrift/page/play/1.png", import.meta.url))),
    );
    expect(await verify("other.png")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is of another picture"),
    });
  });

  it("what it is", async () => {
    const api = JSON.parse((await raw(server, "/api/openapi.json")).body.toString());
    // Whatever a request is refused for beside what its route says.
    expect(api.components.schemas.Failure.required).toEqual(["error", "code"]);
    for (const operations of Object.values<Record<string, { responses: object }>>(api.paths))
      for (const { responses } of Object.values(operations)) expect(responses).toHaveProperty("default");
    expect(api.openapi).toBe("3.1.0");
    const paths = Object.keys(api.paths);
    for (const path of ["/api/locate", "/api/density", "/api/models", "/api/health", "/api/library"])
      expect(paths).toContain(path);
    const page = await raw(server, "/api");
    for (const path of paths) expect(page.body.toString()).toContain(path);
    const [earth] = JSON.parse((await raw(server, "/api/models")).body.toString());
    expect(earth).toMatchObject({ id: "earth", method: "generative", steps: true });
    expect(JSON.parse((await raw(server, "/api/health")).body.toString())).toMatchObject({ status: "ok", waiting: 0 });
  });

  it("the page, under a strict policy, with nothing from elsewhere", async () => {
    const page = await raw(server, "/");
    expect(page.status).toBe(200);
    const policy = String(page.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(page.headers["x-content-type-options"]).toBe("nosniff");
    expect(page.body.toString()).not.toMatch(/(src|href)="(https?:)?\/\//);
    const [script] = /assets\/index-[^"]+\.js/.exec(page.body.toString()) ?? [];
    expect((await raw(server, `/${script}`)).headers["cache-control"]).toContain("immutable");
  });
});

describe("what is wrong is said in one sentence", () => {
  it.each([
    ["nothing", Buffer.alloc(0), "", /the body is empty, where a picture is expected/],
    ["text", Buffer.from("hello"), "", /not a picture in a known format/],
    ["half a picture", nile.subarray(0, nile.length / 2), "", /the picture is truncated|the picture is damaged/],
    ["a number that is none", nile, "?samples=many", /"samples": is a number/],
    ["too many samples", nile, "?samples=100000", /"samples": expected number to be <=2048/],
    ["a model that is not offered", nile, "?model=../../etc", /the models here are earth, got "..\/..\/etc"/],
    ["a solver that there is not", nile, "?solver=magic", /has the solvers .*got "magic"/],
    [
      "a prior from a file",
      nile,
      "?prior=/etc/passwd.csv",
      /"prior" is the name of a place, not:NAME, within:KM:LAT,LNG, sun:TIME:DEGREES, shadow:TIME:RATIO, or photos, got/,
    ],
    ["a region that is none", nile, "?region=%7B%22type%22:%22Point%22%7D", /holds no polygons/],
    [
      "a region off the globe",
      nile,
      `?region=${encodeURIComponent(
        JSON.stringify({
          type: "Polygon",
          coordinates: [
            [
              [0, 0],
              [999, 0],
              [0, 9],
              [0, 0],
            ],
          ],
        }),
      )}`,
      /GeoJSON is needed, with rings of \[longitude, latitude\] in degrees/,
    ],
    [
      "a circle without a radius",
      nile,
      "?prior=within:0:1,2",
      /"prior" is the name of a place, .*; within:KM:LAT,LNG has a radius/,
    ],
    ["a setting that there is not", nile, "?smaples=3", /Unrecognized key: "smaples"/],
    ["a region that is no JSON", nile, "?region=x", /"region": is GeoJSON/],
  ])("%s", async (_, body, query, words) => {
    const answer = await post(`/api/locate${query}`, body);
    expect(answer.status).toBe(400);
    expect(sentence(answer)).toMatch(words);
  });

  it("also in a stream", async () => {
    const { body } = await post("/api/locate", Buffer.from("hello"), { accept: "text/event-stream" });
    expect(events(body.toString())).toEqual([
      { event: "error", data: { error: expect.stringContaining("not a picture"), code: "picture" } },
    ]);
  });

  it("and what is not there", async () => {
    const answer = await raw(server, "/api/nothing");
    expect([answer.status, sentence(answer)]).toEqual([404, "there is nothing under this address"]);
  });
});

describe("the server does not let happen", () => {
  it("that pages of other sites ask it, by their origin or by a name of their own", async () => {
    const host = `127.0.0.1:${server.port}`;
    const asked = (headers: Record<string, string>, path = "/api/health") =>
      raw(server, path, { headers: { host, ...headers } });
    expect((await asked({ origin: "https://evil.example" })).status).toBe(403);
    expect((await asked({ origin: "null" })).status).toBe(403);
    expect((await asked({ "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await asked({ "sec-fetch-site": "same-site" }, "/api/library/pictures/1/thumbnail")).status).toBe(403);
    expect((await asked({ origin: `http://localhost:${server.port}` })).status).toBe(403);
    for (const name of [
      "evil.example",
      `evil.example:${server.port}`,
      "localhost.evil.example",
      "127.0.0.1.nip.io",
      "",
    ])
      expect((await asked({ host: name })).status, name).toBe(421);
    expect((await asked({ origin: `http://${host}`, "sec-fetch-site": "same-origin" })).status).toBe(200);
    expect((await asked({ host: `localhost:${server.port}` })).status).toBe(200);
    expect((await asked({ host: `[::1]:${server.port}` })).status).toBe(200);
    // Following a link to the page is no harm.
    expect((await asked({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, "/")).status).toBe(200);
    expect((await asked({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" })).status).toBe(403);
  });

  it("that other machines ask it unasked", async () => {
    for (const host of ["0.0.0.0", "::", "192.0.2.1"]) {
      const { code, stderr } = await inThisProcess(["serve", "--port", "0", "--host", host]);
      expect(code).toBe(2);
      expect(stderr).toContain(
        `--host ${host}: other machines could ask this one to read pictures; give --token TEXT, or a token to each person ("geodrift library people add"), or --i-know`,
      );
    }
    expect((await inThisProcess(["serve", "--port", "0", "--token", "short"])).stderr).toContain(
      "--token: has at least 8 characters",
    );
    expect((await inThisProcess(["serve", "--port", String(server.port)])).stderr).toContain(
      "is in use; --port 0 takes any that is free",
    );
  });

  it("that anybody asks it without its token", async () => {
    const own = await startServer(["--host", "0.0.0.0", "--token", "open sesame"]);
    try {
      await asksForToken(own, "open sesame", folder);
    } finally {
      await own.stop();
    }
  });

  it("that the machine's folders are listed through a proxy", async () => {
    const own = await startServer(["--name", "photos.example", "--token", "open sesame"]);
    const asked = (path: string, host?: string) =>
      raw(own, path, { headers: { authorization: "Bearer open sesame", ...(host && { host }) } });
    try {
      const [here, there] = await Promise.all([asked("/api/library"), asked("/api/library", "photos.example")]);
      expect(JSON.parse(here.body.toString())).toMatchObject({ canAdd: true, canChoose: true });
      expect(JSON.parse(there.body.toString())).toMatchObject({ canAdd: true, canChoose: false });
      expect((await asked("/api/library/disk")).status).toBe(200);
      expect((await asked("/api/library/disk", "photos.example")).status).toBe(403);
    } finally {
      await own.stop();
    }
  });

  it("that a file outside of the page is read", async () => {
    for (const path of [
      "/../package.json",
      "/..%2fpackage.json",
      "/%2e%2e/package.json",
      "/assets/../../package.json",
      "/assets/..%5c..%5cpackage.json",
      "//etc/passwd",
      "/%00",
    ]) {
      const answer = await raw(server, path);
      expect([400, 404], path).toContain(answer.status);
      expect(answer.body.toString(), path).not.toMatch(/"version"|root:/);
    }
  });

  it("that an upload takes all the memory, whatever its header says", async () => {
    const small = await startServer(["--max-upload", "1", "--max-pixels", "1"]);
    try {
      const said = await raw(small, "/api/locate", { method: "POST", body: Buffer.alloc(2 * 2 ** 20) });
      expect([said.status, sentence(said)]).toEqual([413, "a picture has at most 1 MiB here"]);
      // Piece by piece, with no length given, for as long as the server listens.
      const sent = await new Promise<{ status: string; bytes: number }>((resolve) => {
        const socket = connect(small.port, "127.0.0.1");
        let [bytes, status] = [0, ""];
        const piece = Buffer.from(`10000\r\n${"x".repeat(65_536)}\r\n`);
        const more = () => {
          while (bytes < 64 * 2 ** 20 && !socket.destroyed) {
            bytes += 65_536;
            if (!socket.write(piece)) return;
          }
        };
        socket.on("data", (d) => {
          status ||= String(d).split("\r\n")[0];
          socket.destroy();
        });
        socket.on("drain", more);
        socket.on("error", () => resolve({ status, bytes }));
        socket.on("close", () => resolve({ status, bytes }));
        socket.write(
          `POST /api/locate HTTP/1.1\r\nHost: 127.0.0.1:${small.port}\r\nTransfer-Encoding: chunked\r\n\r\n`,
        );
        more();
      });
      expect(sent.status).toMatch(/413/);
      expect(sent.bytes).toBeLessThan(64 * 2 ** 20);
      // A few kilobytes that would become a gigabyte.
      const bomb = await sharp({ create: { width: 16_000, height: 16_000, channels: 3, background: "#000" } })
        .png({ compressionLevel: 9 })
        .toBuffer();
      expect(bomb.length).toBeLessThan(2 ** 20);
      const refused = await raw(small, "/api/locate", { method: "POST", body: bomb });
      expect([refused.status, sentence(refused)]).toEqual([400, "has more pixels than the limit of 1 million"]);
      expect((await raw(small, "/api/locate", { method: "POST", body: nile })).status).toBe(200);
    } finally {
      await small.stop();
    }
  });

  it("that more waits than it can hold", async () => {
    const small = await startServer(["--queue", "2"]);
    try {
      const answers = await Promise.all(
        Array.from({ length: 16 }, () => raw(small, "/api/locate", { method: "POST", body: nile })),
      );
      const busy = answers.filter((a) => a.status === 429);
      expect(busy.length).toBeGreaterThan(0);
      expect(answers.every((a) => a.status === 200 || a.status === 429)).toBe(true);
      expect(Number(busy[0].headers["retry-after"])).toBeGreaterThanOrEqual(1);
      expect(sentence(busy[0])).toMatch(/^the server is busy; try again in \d+ s$/);
      // Slow senders keep a place each, and no more than there are.
      const sockets = Array.from({ length: 5 }, () => {
        const socket = connect(small.port, "127.0.0.1");
        socket.on("error", () => undefined);
        socket.write(`POST /api/locate HTTP/1.1\r\nHost: 127.0.0.1:${small.port}\r\nContent-Length: 1000\r\n\r\nx`);
        return socket;
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect((await raw(small, "/api/locate", { method: "POST", body: nile })).status).toBe(429);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect((await raw(small, "/api/locate", { method: "POST", body: nile })).status).toBe(200);
    } finally {
      await small.stop();
    }
  });

  it("that it computes for clients who have gone", async () => {
    const own = await startServer();
    try {
      const long = `/api/locate?samples=2048&steps=256&guidance=20`;
      const withdrawn = Array.from({ length: 4 }, async () => {
        const gone = new AbortController();
        const answer = fetch(new URL(long, own.url), {
          method: "POST",
          body: nile,
          signal: gone.signal,
          headers: { accept: "text/event-stream" },
        });
        const response = await answer;
        await response.body?.getReader().read();
        gone.abort();
      });
      await Promise.all(withdrawn);
      // And those who wait for the whole answer at once.
      const plain = Array.from({ length: 4 }, () =>
        fetch(new URL(long, own.url), { method: "POST", body: nile, signal: AbortSignal.timeout(300) }).catch(
          () => undefined,
        ),
      );
      await Promise.all(plain);
      const then = performance.now();
      expect((await raw(own, "/api/locate", { method: "POST", body: nile })).status).toBe(200);
      // Four of those would take minutes.
      expect(performance.now() - then).toBeLessThan(20_000);
      for (let i = 0; i < 50 && own.log().filter((l) => l.event === "withdrawn").length < 4; i++)
        await new Promise((resolve) => setTimeout(resolve, 100));
      const { running, waiting } = JSON.parse((await raw(own, "/api/health")).body.toString());
      expect([running, waiting]).toEqual([0, 0]);
    } finally {
      await own.stop();
    }
  });

  it("that what it has begun is lost when it stops", async () => {
    const own = await startServer();
    await raw(own, "/api/locate", { method: "POST", body: nile });
    const answers = Promise.all(
      Array.from({ length: 3 }, () => raw(own, "/api/locate?fine=true", { method: "POST", body: nile })),
    );
    for (let load = 0; load === 0; ) {
      const { running, waiting } = JSON.parse((await raw(own, "/api/health")).body.toString());
      load = running + waiting;
    }
    const ended = own.stop();
    expect((await answers).map((a) => a.status)).toEqual(Array(3).fill(200));
    expect(await ended).toBe(0);
    await expect(raw(own, "/api/health")).rejects.toThrow();
  });

  it("that it ends in the middle of a list that it goes through", async () => {
    const list = mkdtempSync(join(tmpdir(), "list-"));
    onTestFinished(() => rmSync(list, { recursive: true, force: true }));
    const [folder, index] = [join(list, "pictures"), join(list, "index")];
    mkdirSync(folder);
    for (let i = 0; i < 40; i++) writeFileSync(join(folder, `${i}.png`), Buffer.concat([nile, Buffer.from(String(i))]));
    await inThisProcess(["library", "add", folder, "--library", index]);
    const own = await startServer(["--library", index]);
    const say = (path: string, body: object) =>
      raw(own, path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    expect(sentence(await say("/api/library/estimate", { prior: "Qxzzyk" }))).toContain(
      '"prior" is the name of a place',
    );
    await say("/api/library/estimate", {});
    for (let done = 0; done < 2; )
      done = JSON.parse((await raw(own, "/api/library")).body.toString()).job.progress.done ?? 0;
    expect(await own.stop()).toBe(0);
    expect(own.log().at(-1)?.event).toBe("stopped");
    const { counts, unestimated } = JSON.parse(
      (await inThisProcess(["library", "status", "--json", "--library", index])).stdout,
    );
    expect(counts.queue).toBe(40);
    expect(unestimated).toBeLessThan(40);
  });

  it("that the address it prints is not its own", async () => {
    for (const [host, url] of [
      ["::1", "http://[::1]:"],
      ["127.0.0.2", "http://127.0.0.2:"],
    ]) {
      const own = await startServer(["--host", host]);
      expect(own.url.startsWith(url)).toBe(true);
      expect((await fetch(new URL("api/health", own.url))).status).toBe(200);
      await own.stop();
    }
  });

  it("that its log tells of pictures or places", async () => {
    await post("/api/locate?name=secret-name.png&prior=within:100:30,31", nile);
    const text = JSON.stringify(server.log().map(({ time: _, ...line }) => line));
    for (const part of ["secret-name", "within", "30.", "Egypt"]) expect(text).not.toContain(part);
    const line = server.log().find((l) => l.path === "/api/locate" && l.status === 200);
    expect(Object.keys(line ?? {}).sort()).toEqual(["bytes", "event", "method", "ms", "path", "status", "time"]);
  });
});

describe("pictures of places", () => {
  const ask = (body: object, headers: Record<string, string> = {}) =>
    raw(server, "/api/imagine", {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });
  const cairo = { lat: 30.04, lng: 31.24 };

  it("are the command line's, pixel for pixel", async () => {
    const { status, body } = await ask({
      at: cairo,
      words: "satellite view in May",
      n: 2,
      steps: 2,
      seed: 5,
      size: 32,
    });
    expect(status).toBe(200);
    const { model, pictures } = JSON.parse(body.toString());
    const place = ["--at", "30.04,31.24", "--words", "satellite view in May"];
    const flags = [...place, "-n", "2", "--steps", "2", "--seed", "5", "--size", "32", "--json"];
    const { stdout } = await inThisProcess(["imagine", ...flags, "-o", at("imagined.png")]);
    const manifest = JSON.parse(stdout);
    expect(model).toEqual(manifest.model);
    const hashes = (of: { sha256: string }[]) => of.map((p) => p.sha256);
    expect(hashes(pictures)).toEqual(hashes(manifest.pictures));
    const { width, height } = await sharp(Buffer.from(pictures[0].png, "base64")).metadata();
    expect([width, height]).toEqual([32, 32]);
  });

  it("come step by step, with where was looked", async () => {
    const asked = { at: cairo, words: "hot desert", n: 2, steps: 3, size: 32, attention: true };
    const { body } = await ask(asked, { accept: "text/event-stream" });
    const all = events(body.toString());
    expect(all.map((e) => e.event)).toEqual([...Array(6).fill("step"), "result"]);
    expect(all.slice(0, 6).map(({ data }) => [data.index, data.step])).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
    const [{ attention }] = all[6].data.pictures as { attention: { token: string; map: number[] }[] }[];
    expect(attention.map((a) => a.token)).toEqual(["hot", "desert", "longitude", "latitude"]);
    expect(attention[0].map.length).toBe(64);
  });

  it("stop when nobody waits for them any more", async () => {
    const gone = new AbortController();
    const asked = JSON.stringify({ at: cairo, n: 16, steps: 100 });
    const headers = { "content-type": "application/json", accept: "text/event-stream" };
    const answer = await fetch(`${server.url}api/imagine`, {
      method: "POST",
      body: asked,
      headers,
      signal: gone.signal,
    });
    await answer.body?.getReader().read();
    gone.abort();
    await expect
      .poll(async () => JSON.parse((await raw(server, "/api/health")).body.toString()).running, { timeout: 20_000 })
      .toBe(0);
  });

  it.each([
    [{}, "a place, at, or words are needed, or both"],
    [{ at: { lat: 30, lng: 300 } }, '"at.lng": expected number to be <=180'],
    [
      { words: "atlantis" },
      '"atlantis": "atlantis" is not among the words that the model knows; "geodrift models inspect earth-images" lists them',
    ],
    [{ at: cairo, size: 48 }, '"size": the model makes pictures of 64 or 32 pixels, got 48'],
    [{ at: cairo, groundKm: 5 }, "the model knows widths of ground from 240 to 800 km, got 5"],
    [{ at: cairo, n: 1000 }, '"n": expected number to be <=16'],
    [{ at: cairo, colour: 1 }, 'Unrecognized key: "colour"'],
  ])("are refused in one sentence: %j", async (asked, said) => {
    const answer = await ask(asked);
    expect([answer.status, sentence(answer)]).toEqual([400, said]);
  });

  it("are compared with training views only where there are rasters", async () => {
    const png = nile.subarray(0, 10).toString("base64");
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ at: cairo, png });
    const answer = await raw(server, "/api/imagine/nearest", { method: "POST", body, headers });
    expect([answer.status, sentence(answer)]).toEqual([
      404,
      "the server has no rasters to draw training views from (--rasters)",
    ]);
  });
});
