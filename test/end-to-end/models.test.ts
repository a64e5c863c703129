/** Models and encoders by name, from a hub on this machine, and photographs located with them, as a user does it. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distanceKm } from "@geodrift/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { npy, tar } from "./archives.js";
import { type Hub, startHub } from "./hub.js";
import { photograph, type Taken } from "./photographs.js";
import { geodrift, inThisProcess } from "./program.js";
import { clipRepository, dinoRepository, plonkRepository } from "./released.js";
import { raw, startServer } from "./server.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-models-"));
const at = (name: string) => join(folder, name);
let hub: Hub;
let env: Record<string, string>;
const run = (...args: string[]) => inThisProcess(args, undefined, env);

beforeAll(async () => {
  hub = await startHub({
    "nicolas-dufour/PLONK_YFCC": plonkRepository(64),
    "nicolas-dufour/PLONK_OSV_5M": plonkRepository(64),
    "nicolas-dufour/PLONK_YFCC_diffusion": plonkRepository(64),
    "facebook/dinov2-with-registers-large": dinoRepository(),
    "geolocal/StreetCLIP": clipRepository(336, 14),
    "openai/clip-vit-large-patch14-336": clipRepository(336, 14),
  });
  env = {
    GEODRIFT_CACHE: at("cache"),
    GEODRIFT_CONFIG: at("settings.json"),
    HF_ENDPOINT: hub.url,
    HTTP_PROXY: "",
    http_proxy: "",
    NO_PROXY: "",
    no_proxy: "",
  };
  const taken: Record<string, Taken> = {
    "with-place.jpg": { lat: -33.5, lng: 18.25, time: "2024:05:01 12:00:00", seed: 3 },
    "without.jpg": { time: "2024:05:01 12:20:00", seed: 3 },
    "years-later.jpg": { lat: 60, lng: 25, time: "2030:05:01 12:20:00", seed: 5 },
  };
  for (const [name, how] of Object.entries(taken)) writeFileSync(at(name), await photograph(how));
  for (const name of ["plonk-yfcc", "plonk-osv5m", "plonk-yfcc-diffusion"]) {
    const { code, stderr } = await run("models", "pull", name, "--accept-licence");
    expect(code, stderr).toBe(0);
  }
});
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true });
});

describe("released models", () => {
  it("are fetched with their encoders, through a proxy if there is one, and listed as here", async () => {
    const own = { ...env, GEODRIFT_CACHE: at("cache-by-proxy") };
    const missing = await inThisProcess(["locate", at("without.jpg"), "--model", "plonk-yfcc"], undefined, own);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(
      /plonk-yfcc has not been fetched yet: "geodrift models pull plonk-yfcc" does it.*earth, which comes along, is for views from above\n$/,
    );
    let tunnels = 0;
    const proxy = createServer().on("connect", (request, client) => {
      tunnels++;
      const [host, port] = (request.url ?? "").split(":");
      const server = connect(Number(port), host, () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        server.pipe(client).pipe(server);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    // A process of its own: a proxy is looked for at its start.
    const pulled = await geodrift(["models", "pull", "plonk-yfcc"], undefined, {
      ...own,
      HTTP_PROXY: address,
      http_proxy: address,
    });
    proxy.close();
    proxy.closeAllConnections();
    expect([pulled.code, pulled.stdout]).toEqual([0, ""]);
    expect(pulled.stderr).toMatch(/plonk-yfcc: .* from nicolas-dufour\/PLONK_YFCC, licence MIT\n/);
    expect(pulled.stderr).toMatch(/dinov2-vitl14-reg: .* licence Apache-2.0\n/);
    expect(tunnels).toBeGreaterThan(0);
    const { stdout } = await inThisProcess(["models", "list", "--json"], undefined, own);
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const here = rows.filter((r) => r.here).map((r) => r.name);
    expect(here).toEqual(["earth", "earth-images", "liberty", "earth-judge", "plonk-yfcc", "dinov2-vitl14-reg"]);
    expect(rows.find((r) => r.name === "plonk-osv5m").licence).toBe("MIT, CC-BY-NC-4.0");
  });

  it("ask for consent where a licence does", async () => {
    const own = { ...env, GEODRIFT_CACHE: at("cache-of-consent") };
    const pull = (...args: string[]) => inThisProcess(["models", "pull", ...args], undefined, own);
    const refused = await pull("plonk-osv5m");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/streetclip is for non-commercial use only \(CC-BY-NC-4.0\): --accept-licence/);
    expect((await pull("plonk-osv5m", "--accept-licence")).code).toBe(0);
    // Agreed to once.
    expect((await pull("plonk-osv5m")).code).toBe(0);
  });

  it("are looked into", async () => {
    const { stdout, code } = await run("models", "inspect", "plonk-osv5m", "--json");
    expect(code).toBe(0);
    const seen = JSON.parse(stdout);
    expect([seen.path, seen.guidance, seen.encoder.weights, seen.source.repository]).toEqual([
      "riemannian-flow",
      2,
      { known: "streetclip" },
      "nicolas-dufour/PLONK_OSV_5M",
    ]);
    expect(seen.files[0].tensors.length).toBe(25);
    for (const [name, method] of [
      ["earth-images", "images"],
      ["earth-judge", "judge"],
    ]) {
      const own = JSON.parse((await run("models", "inspect", name, "--json")).stdout);
      expect([own.name, own.method, own.heldOut ?? own.views.heldOut]).toMatchObject([
        name,
        method,
        { months: ["04", "07"] },
      ]);
    }
    const odd = await run("models", "inspect", "plonk-yfc");
    expect([odd.code, odd.stderr]).toEqual([2, expect.stringMatching(/did you mean "plonk-yfcc"\?/)]);
  });

  it.each(["plonk-yfcc", "plonk-osv5m", "plonk-yfcc-diffusion"])(
    "%s locates a photograph without the network",
    async (name) => {
      const args = ["locate", at("with-place.jpg"), "--model", name, "--json", "--map", at(`${name}.svg`)];
      const offline = { ...env, HF_ENDPOINT: "http://127.0.0.1:1" };
      const { stdout, stderr, code } = await inThisProcess(args, undefined, offline);
      expect([code, stderr]).toEqual([0, ""]);
      const answer = JSON.parse(stdout);
      expect(answer.model.name).toBe(name);
      expect(answer.recorded.lat).toBeCloseTo(-33.5, 5);
      expect(answer.recorded.distanceKm).toBeCloseTo(distanceKm(answer.recorded, answer.best), 6);
    },
  );
});

describe("released models over HTTP", () => {
  it("are offered with sizes and licences, fetched, withdrawn in the middle without loss, and asked at once", async () => {
    const own = { ...env, GEODRIFT_CACHE: at("cache-of-server") };
    const server = await startServer([], own);
    const json = async (path: string, body?: object) => {
      const init = body && {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      };
      const response = await fetch(new URL(path, server.url), init);
      return { status: response.status, body: await response.json() };
    };
    const { body: offer } = await json("api/models/plonk-yfcc/offer");
    expect(offer.parts.map((p: { name: string; licence: string }) => [p.name, p.licence])).toEqual([
      ["plonk-yfcc", "MIT"],
      ["dinov2-vitl14-reg", "Apache-2.0"],
    ]);
    expect(offer.parts[1].bytes).toBeGreaterThan(100_000);
    expect((await json("api/models/constructor/offer")).status).toBe(404);
    expect(await json("api/models/plonk-osv5m/fetch", {})).toMatchObject({
      ...{ status: 400, body: { error: expect.stringContaining("non-commercial") } },
    });
    // The encoder comes slowly, until whoever asked has gone.
    const withdrawn = new AbortController();
    hub.mischief = (_, response, file) => {
      if (file.length < 100_000) return false;
      response.writeHead(200, { "content-length": file.length });
      response.write(file.subarray(0, 50_000));
      setTimeout(() => withdrawn.abort(), 300);
      return true;
    };
    const gone = fetch(new URL("api/models/plonk-yfcc/fetch", server.url), {
      ...{ method: "POST", body: "{}", signal: withdrawn.signal },
      headers: { "content-type": "application/json", accept: "text/event-stream" },
    }).then((response) => response.text());
    await expect(gone).rejects.toThrow();
    hub.mischief = undefined;
    expect((await json("api/models")).body.map((m: { id: string }) => m.id)).not.toContain("plonk-yfcc");
    const asked = hub.log.length;
    expect(await json("api/models/plonk-yfcc/fetch", {})).toMatchObject({ status: 200, body: { id: "plonk-yfcc" } });
    // It goes on from what had come.
    expect(hub.log.slice(asked).some(({ range }) => range === "bytes=50000-")).toBe(true);
    expect((await json("api/models/plonk-yfcc/offer")).body.parts).toEqual([]);
    const picture = await photograph({ seed: 3 });
    const located = await raw(server, "/api/locate?model=plonk-yfcc&samples=16&steps=2", {
      method: "POST",
      body: picture,
    });
    expect([located.status, JSON.parse(located.body.toString()).model.name]).toEqual([200, "plonk-yfcc"]);
    await server.stop();
  });

  it("are fetched no further when the server stops, which does not wait for them", async () => {
    const server = await startServer([], { ...env, GEODRIFT_CACHE: at("cache-of-stopped") });
    const halfway = new Promise<void>((resolve) => {
      hub.mischief = (_, response, file) => {
        if (file.length < 100_000) return false;
        response.writeHead(200, { "content-length": file.length });
        response.write(file.subarray(0, 50_000));
        setTimeout(resolve, 300);
        return true;
      };
    });
    const headers = { "content-type": "application/json" };
    const answer = raw(server, "/api/models/plonk-yfcc/fetch", { method: "POST", headers, body: "{}" });
    await halfway;
    const then = performance.now();
    expect(await server.stop()).toBe(0);
    hub.mischief = undefined;
    // Half a minute is what others have to end.
    expect(performance.now() - then).toBeLessThan(20_000);
    const { status, body } = await answer;
    expect([status, JSON.parse(body.toString())]).toEqual([
      503,
      { error: "the server has been stopped", code: "stopped" },
    ]);
  });

  it("are fetched for nobody on another machine", async () => {
    const server = await startServer(["--host", "0.0.0.0", "--token", "long-enough-token"], env);
    const headers = { authorization: "Bearer long-enough-token" };
    const { status, body } = await raw(server, "/api/models/plonk-yfcc/offer", { headers });
    expect([status, JSON.parse(body.toString()).error]).toEqual([
      ...[403, 'models are fetched on the machine itself: "geodrift models pull plonk-yfcc"'],
    ]);
    await server.stop();
  });
});

describe("released models on one's own pictures", () => {
  it("are evaluated on embeddings that lie ready, and on those they make", async () => {
    mkdirSync(at("wds"));
    const sample = (i: number, lat: number, lng: number) =>
      [
        [`k${i}.street_clip.npy`, npy(Array.from({ length: 64 }, (_, k) => Math.sin(i + k)))],
        [`k${i}.json`, Buffer.from(JSON.stringify({ latitude: lat, longitude: lng }))],
      ] as const;
    writeFileSync(
      join(at("wds"), "0000.tar"),
      await tar([0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => sample(i, 10 * i - 30, 40 * i - 170))),
    );
    const ready = await run("embed", at("wds"), "-o", at("ready.parquet"), "--ready", "street_clip");
    expect([ready.code, ready.stderr]).toEqual([0, ""]);
    const few = ["--samples", "16", "--likelihoods", "2"];
    const rows = await run("evaluate", "plonk-osv5m", at("ready.parquet"), ...few);
    expect([rows.code, rows.stderr]).toEqual([0, ""]);
    const other = await run("evaluate", "plonk-yfcc", at("ready.parquet"), ...few);
    expect(other.stderr).toMatch(/was embedded by streetclip, the encoder of plonk-yfcc is another/);
    // A model's name stands for its encoder.
    expect((await run("embed", folder, "-o", at("own.parquet"), "--encoder", "plonk-yfcc")).stdout).toMatch(
      /2 embedded/,
    );
    expect((await run("evaluate", "plonk-yfcc", at("own.parquet"), "--samples", "16", "--likelihoods", "1")).code).toBe(
      0,
    );
  });
});

describe("clip-zero-shot", () => {
  it("is made here of a CLIP that is fetched, and locates by prompts", async () => {
    const pulled = await run("models", "pull", "clip-zero-shot");
    expect([pulled.code, pulled.stderr]).toEqual([
      0,
      expect.stringMatching(/clip-zero-shot: (\d+) of \1 prompts read\n/),
    ]);
    const offline = { ...env, HF_ENDPOINT: "http://127.0.0.1:1" };
    const args = ["locate", at("without.jpg"), "--model", "clip-zero-shot", "--json", "--samples", "64"];
    const { stdout, stderr, code } = await inThisProcess(args, undefined, offline);
    expect([code, stderr]).toEqual([0, ""]);
    const answer = JSON.parse(stdout);
    expect([answer.model.name, answer.steps]).toEqual(["clip-zero-shot", 0]);
    // Consent to StreetCLIP was given with the model that reads by it.
    expect((await run("models", "pull", "streetclip-zero-shot")).code).toBe(0);
  });
});

describe("photographs", () => {
  it("are located alike with a place in their file and without", async () => {
    const answer = async (name: string) =>
      JSON.parse((await run("locate", at(name), "--model", "plonk-yfcc", "--json")).stdout);
    const [a, b] = [await answer("with-place.jpg"), await answer("without.jpg")];
    expect(a.best).toEqual(b.best);
    expect(b.recorded).toBeUndefined();
    expect(a.sha256).not.toBe(b.sha256);
  });

  it("take in those taken shortly before or after, if that is asked for", async () => {
    const names = ["with-place.jpg", "without.jpg", "years-later.jpg"].map(at);
    const { stdout } = await run("locate", ...names, "--model", "plonk-yfcc", "--json", "--time-neighbours", "30");
    const [first, second, third] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(first.neighbours).toEqual([]);
    expect(third.neighbours).toEqual([]);
    expect(second.neighbours).toEqual([{ image: names[0], minutes: -20, lat: -33.5, lng: 18.25 }]);
    // A random network says nothing, so the neighbour decides: 2 km and what is driven in 20 minutes.
    expect(distanceKm(second.best, { lat: -33.5, lng: 18.25 })).toBeLessThan(30);
  });

  it("by the model that comes along are answered with a word of warning, by the user's default without", async () => {
    const plain = await run("locate", at("with-place.jpg"));
    expect(plain.stderr).toMatch(/^geodrift: earth is for views from above; for photographs, .*\n$/);
    const settings = { ...env, GEODRIFT_CONFIG: at("own-settings.json") };
    writeFileSync(settings.GEODRIFT_CONFIG, JSON.stringify({ default: "plonk-yfcc" }));
    const own = await inThisProcess(["locate", at("with-place.jpg"), "--json"], undefined, settings);
    expect([own.stderr, JSON.parse(own.stdout).model.name]).toEqual(["", "plonk-yfcc"]);
    writeFileSync(settings.GEODRIFT_CONFIG, JSON.stringify({ defualt: "plonk-yfcc" }));
    const odd = await inThisProcess(["locate", at("with-place.jpg")], undefined, settings);
    expect([odd.code, odd.stderr]).toEqual([
      1,
      expect.stringMatching(/unknown key "defualt"; did you mean "default"\?/),
    ]);
  });
});

describe("a local folder or file", () => {
  it("serves where a name does", async () => {
    mkdirSync(at("own"));
    mkdirSync(at("vision"));
    for (const [name, bytes] of Object.entries(plonkRepository(64))) writeFileSync(join(at("own"), name), bytes);
    writeFileSync(join(at("vision"), "model.safetensors"), dinoRepository()["model.safetensors"]);
    const picture = at("without.jpg");
    const bare = await run("locate", picture, "--model", at("own"));
    expect([bare.code, bare.stderr]).toEqual([
      1,
      expect.stringMatching(/has no model\.json, and --encoder does not say/),
    ]);
    const half = await run("locate", picture, "--model", at("own"), "--encoder", at("vision"));
    expect(half.stderr).toMatch(/encoder\.json is needed, which says how pictures are prepared/);
    const settings = { preparation: { size: 28, square: "crop-resize" }, colours: "imagenet" };
    writeFileSync(join(at("vision"), "encoder.json"), JSON.stringify(settings));
    for (const [model, encoder] of [
      [at("own"), join(at("vision"), "model.safetensors")],
      [join(at("own"), "model.safetensors"), at("vision")],
      [at("own"), "dinov2-vitl14-reg@56"],
    ]) {
      const { code, stderr } = await run("locate", picture, "--model", model, "--encoder", encoder);
      expect([code, stderr]).toEqual([0, ""]);
    }
    // A diffusion by the name of its folder, as it is published, or by what an export has written into it.
    cpSync(at("own"), at("PLONK_OWN_diffusion"), { recursive: true });
    const solver = async (model: string) => {
      const answer = await run("locate", picture, "--model", model, "--encoder", at("vision"), "--json");
      return JSON.parse(answer.stdout).steps;
    };
    const [riemannian, diffusion] = [await solver(at("own")), await solver(at("PLONK_OWN_diffusion"))];
    expect([riemannian, diffusion]).toEqual([8, 16]);
    const args = ["--format", "plonk", "-o", at("exported")];
    expect((await run("export", at("PLONK_OWN_diffusion"), ...args)).code).toBe(0);
    expect(await solver(at("exported"))).toBe(16);
    const other = await run("locate", picture, "--model", at("own"), "--encoder", "dinov2-vitl14-rag");
    expect(other.stderr).toMatch(/did you mean "dinov2-vitl14-reg"\?/);
    const uneven = await run("locate", picture, "--model", at("own"), "--encoder", "dinov2-vitl14-reg@50");
    expect(uneven.stderr).toMatch(/patches of 14 pixels, which 50 has no whole number of/);
  });
});
