/**
 * A server that is asked for ten minutes, by several at once, whatever its description allows and whatever it does not, by clients that
 * go away in the middle: every answer is as `/api/openapi.json` says, nothing fails, memory and descriptors stay level. `npm run torture
 * -- -t soak` takes ten minutes (`GEODRIFT_SOAK_SECONDS`), the tests a few seconds.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Generator } from "@geodrift/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, expect, it } from "vitest";
import { photograph } from "../end-to-end/photographs.js";
import { residentMiB } from "../end-to-end/process-tree.js";
import { geodrift } from "../end-to-end/program.js";
import { type Raw, raw, startServer, type TestServer } from "../end-to-end/server.js";
import { photos } from "./scenarios.js";

const full = process.env.npm_lifecycle_event === "torture";
const seconds = Number(process.env.GEODRIFT_SOAK_SECONDS ?? (full ? 600 : 8));
/** Answers whose distributions a server keeps: until there are so many, its memory grows as it is meant to. */
const kept = 128;
/** MiB that the server never comes to. */
const most = 1000;
const clients = 4;
/** Long enough for memory to be level. */
const long = seconds >= 300;
const random = new Generator(Number(process.env.GEODRIFT_SEED ?? 1));
const one = <T>(of: readonly T[]): T => of[random.integer(of.length)];

interface Parameter {
  name: string;
  in: "path" | "query";
  required?: boolean;
}
interface Operation {
  path: string;
  method: string;
  parameters: Parameter[];
  responses: Record<string, { content?: Record<string, unknown> }>;
  body?: string;
}

const folder = mkdtempSync(join(tmpdir(), "geodrift-soak-"));
let server: TestServer;
let picture: Buffer;
let operations: Operation[];
let validatorOf: (operation: Operation, status: string, type: string) => ReturnType<Ajv2020["getSchema"]>;

beforeAll(async () => {
  await photos(folder, 12);
  picture = await photograph({ seed: 3 });
  await geodrift(["library", "add", join(folder, "photos"), "--library", join(folder, "index")]);
  server = await startServer(["--library", join(folder, "index")], { GEODRIFT_CACHE: join(folder, "cache") });
  const api = JSON.parse((await raw(server, "/api/openapi.json")).body.toString());
  const ajv = addFormats.default(new Ajv2020({ strict: false, validateSchema: false }));
  ajv.addSchema(api, "api");
  const pointer = (...keys: string[]) =>
    keys.map((k) => encodeURIComponent(k.replace(/~/g, "~0").replace(/\//g, "~1"))).join("/");
  validatorOf = ({ path, method }, status, type) =>
    ajv.getSchema(`api#/${pointer("paths", path, method, "responses", status, "content", type, "schema")}`);
  operations = Object.entries<Record<string, Omit<Operation, "path" | "method">>>(api.paths).flatMap(
    ([path, methods]) =>
      Object.entries<{
        parameters?: Parameter[];
        requestBody?: { content: object };
        responses: Operation["responses"];
      }>(methods as never).map(([method, { parameters = [], requestBody, responses }]) => ({
        ...{ path, method, parameters, responses },
        body: requestBody && Object.keys(requestBody.content).at(-1),
      })),
  );
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What makes no sense anywhere, or makes sense somewhere. */
const odd: readonly unknown[] = [
  "",
  "0",
  "-1",
  "1e99",
  "NaN",
  "null",
  "true",
  "constructor",
  "__proto__",
  "../../etc/passwd",
  "%00",
  "日本",
  "🗿".repeat(300),
  "a".repeat(5000),
  0,
  -1,
  3.5,
  1e300,
  true,
  null,
  [],
  {},
  [[]],
  { lat: 1 },
  { lat: 91, lng: 0 },
  "France",
  "within:300:45,-84",
  "photos",
]; // prettier-ignore

/** What makes sense, by the name of a parameter. */
let lastId = "";
const sensible: Record<string, () => unknown> = {
  id: () => (lastId && random.uniform(0, 1) < 0.5 ? lastId : 1 + random.integer(14)),
  model: () => "earth",
  samples: () => one([16, 64]),
  steps: () => one([2, 4]),
  guidance: () => one([0, 1, 2]),
  seed: () => random.integer(100),
  solver: () => one(["euler", "rk4"]),
  abstain: () => one([1, 5]),
  prior: () => one(["France", "photos", "within:300:45,-84", "not:Canada"]),
  fine: () => one(["true", "false"]),
  lat: () => random.uniform(-90, 90),
  lng: () => random.uniform(-180, 180),
  z: () => random.integer(3),
  x: () => random.integer(2),
  y: () => random.integer(2),
  file: () => one(["mesh.glb", "manifest.json"]),
  state: () => one(["queue", "located", "accepted", "written"]),
  order: () => one(["bits", "time", "path"]),
  limit: () => one([1, 50]),
  size: () => one([32, 64, 200]),
  format: () => one(["csv", "geojson", "kml", "darwin-core"]),
  name: () => "track.gpx",
};

const pin = { lat: 47, lng: 8 };
const numbers = () => [1 + random.integer(14), 1 + random.integer(14)];
const gpx = `<gpx><trk><trkseg><trkpt lat="1" lon="2"><time>2024-05-01T12:00:00Z</time></trkpt></trkseg></trk></gpx>`;
const bodies: Record<string, () => unknown> = {
  "/api/imagine": () =>
    one([{ at: pin, n: 1, steps: 2, size: 32 }, { azimuth: 90, n: 1, steps: 2, size: 32 }, { words: "x" }]),
  "/api/imagine/nearest": () => ({ png: picture.toString("base64") }),
  "/api/lift": () => ({ steps: 1, size: 32, seed: random.integer(2) }),
  "/api/library/folders": () => ({ path: join(folder, "photos") }),
  "/api/library/estimate": () => ({ samples: 16, steps: 2 }),
  "/api/library/decisions": () => ({
    pictures: numbers(),
    verdict: one([{ kind: "accept", pin }, { kind: "reject" }]),
  }),
  "/api/library/undo": () => ({}),
  "/api/library/write": () => ({}),
}; // prettier-ignore

function requestFor({ path, method, parameters, body }: Operation) {
  const wrong = random.uniform(0, 1) < 0.4;
  const value = (name: string): unknown =>
    !(name in sensible) || (wrong && random.uniform(0, 1) < 0.5) ? one(odd) : sensible[name]();
  const text = (v: unknown) => (typeof v === "string" ? v : JSON.stringify(v));
  let url = path;
  const query = new URLSearchParams();
  for (const { name, in: where, required } of parameters)
    if (where === "path") url = url.replace(`{${name}}`, encodeURIComponent(text(value(name))));
    else if (required || (name in sensible && random.uniform(0, 1) < 0.25) || (wrong && random.uniform(0, 1) < 0.1))
      query.set(name, text(value(name)));
  const headers: Record<string, string> = {};
  if (random.uniform(0, 1) < 0.3) headers.accept = one(["text/event-stream", "application/json", "nonsense"]);
  let sent: Buffer | string | undefined;
  if (body !== undefined) {
    headers["content-type"] = wrong && random.uniform(0, 1) < 0.2 ? "text/x-none" : body;
    const right =
      body === "application/json" ? JSON.stringify(bodies[path]?.() ?? {}) : body.includes("gpx") ? gpx : picture;
    const odds = [JSON.stringify(one(odd)), "{", Buffer.from([0xff, 0xfe, 0]), picture.subarray(0, 500), ""];
    sent = wrong && random.uniform(0, 1) < 0.5 ? one<Buffer | string>(odds) : right;
    if (wrong && body === "application/json" && random.uniform(0, 1) < 0.3)
      sent = JSON.stringify({
        ...(bodies[path]?.() as object),
        [one(["n", "at", "steps", "pictures", "path", "extra"])]: one(odd),
      });
  }
  return { url: query.size > 0 ? `${url}?${query}` : url, method: method.toUpperCase(), headers, body: sent };
}

/** Events of an archive end when whoever listens goes. */
const isEndless = ({ responses }: Operation) =>
  Object.keys(responses["200"]?.content ?? {}).join() === "text/event-stream";

/** What is wrong with an answer; nothing if it is as the description says. */
function complaint(operation: Operation, { status, headers, body }: Raw): string | undefined {
  if (status >= 500) return `fails: ${body}`;
  const described = String(status) in operation.responses ? String(status) : "default";
  if (described === "default" && status < 400) return `status ${status} is not described`;
  const type = String(headers["content-type"] ?? "").split(";")[0];
  const content = operation.responses[described].content;
  if (!content) return body.length > 0 ? `${status} has a body, which is not described` : undefined;
  if (!(type in content)) return `${status} is ${type}, described are ${Object.keys(content)}`;
  if (!type.endsWith("json")) return undefined;
  const parsed = JSON.parse(body.toString());
  if (typeof parsed.id === "string") lastId = parsed.id;
  const valid = validatorOf(operation, described, type);
  if (!valid) return "has no schema";
  return valid(parsed) ? undefined : `${JSON.stringify(valid.errors?.[0])} of ${body.toString().slice(0, 300)}`;
}

/** Asks, and goes away in the middle. */
const leave = ({ url, method, headers, body }: ReturnType<typeof requestFor>): Promise<void> =>
  new Promise((resolve) => {
    const sent = request({ host: "127.0.0.1", port: server.port, path: url, method, headers });
    sent.on("error", () => resolve());
    sent.on("close", () => resolve());
    sent.on("response", (answer) => answer.on("error", () => resolve()).resume());
    sent.end(body);
    setTimeout(() => sent.destroy(), random.uniform(0, 400));
  });

const descriptors = () => readdirSync(`/proc/${server.child.pid}/fd`).length;
const median = (of: number[]) => [...of].sort((a, b) => a - b)[of.length >> 1];

it(
  "soak: every answer is as it is described, and memory and descriptors stay level",
  async () => {
    for (let i = 0; long && i < kept; i++) {
      const headers = { "content-type": "image/jpeg" };
      const url = `/api/locate?samples=16&steps=2&seed=${i}`;
      expect((await raw(server, url, { method: "POST", headers, body: picture })).status).toBe(200);
    }
    const until = performance.now() + 1000 * seconds;
    const complaints = new Set<string>();
    const memory: number[] = [];
    let asked = 0;
    const linux = process.platform === "linux";
    let [half, first] = [performance.now() + 500 * seconds, Number.NaN];
    const client = async () => {
      while (performance.now() < until) {
        const operation = one(operations);
        const asking = requestFor(operation);
        asked++;
        if (isEndless(operation) || random.uniform(0, 1) < 0.2) await leave(asking);
        else {
          const wrong = complaint(operation, await raw(server, asking.url, asking));
          if (wrong)
            complaints.add(
              `${asking.method} ${asking.url.slice(0, 200)} ${String(asking.body).slice(0, 80)}: ${wrong}`,
            );
        }
      }
    };
    const looking = setInterval(() => {
      if (!linux) return;
      memory.push(residentMiB(server.child.pid as number));
      // Threads and models that are opened when they are asked for are open by then.
      if (performance.now() > half) [half, first] = [Number.POSITIVE_INFINITY, descriptors()];
    }, 500);
    await Promise.all(Array.from({ length: clients }, client));
    clearInterval(looking);
    const quarter = (k: number) => median(memory.slice((k * memory.length) / 4, ((k + 1) * memory.length) / 4));
    const quarters = [0, 1, 2, 3].map(quarter);
    const peak = Math.max(...memory);
    if (long)
      console.log(
        `${asked} requests; resident ${quarters.map(Math.round)} MiB by quarters, at most ${Math.round(peak)}`,
      );
    expect([...complaints]).toEqual([]);
    expect(server.child.exitCode).toBeNull();
    expect(asked).toBeGreaterThan(10);
    if (!linux) return;
    // What was under way for those who have left ends.
    const allowed = first + (long ? 4 : 20);
    for (let i = 0; i < 100 && descriptors() > allowed; i++) await delay(100);
    expect(descriptors()).toBeLessThanOrEqual(allowed);
    expect(peak).toBeLessThan(most);
    if (long) expect(quarters[3]).toBeLessThan(1.1 * quarters[1]);
  },
  1000 * seconds + (long ? 600_000 : 120_000),
);
