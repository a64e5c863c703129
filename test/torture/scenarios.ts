/** Commands that are killed at any moment: what they begin with, and what must stand in the end whatever happened on the way. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Hub, startHub } from "../end-to-end/hub.js";
import { photograph } from "../end-to-end/photographs.js";
import { geodrift } from "../end-to-end/program.js";
import { makeRasters, tinyTraining } from "../end-to-end/rasters.js";
import { dinoRepository } from "../end-to-end/released.js";
import { raw, startServer } from "../end-to-end/server.js";

/** One command. */
export interface Scenario {
  /** Made once: what each trial begins with a copy of. */
  prepare(folder: string): Promise<void>;
  /** Runs it; the same again goes on where it was cut off. `kill` is given the process as soon as there is one. */
  command(
    folder: string,
  ): { args: string[]; env?: Record<string, string> } | { over: (server: OverServer) => Promise<void> };
  /** What is the same, whatever happened. */
  result(folder: string): Promise<unknown>;
  /** Ends what `prepare` has started. */
  close?(): Promise<void>;
}

/** A request to a server, which is what is killed. */
export type OverServer = (path: string, body: object) => Promise<unknown>;

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Hashes of all files of a folder, by path. */
export function contents(folder: string): Record<string, string> {
  const all: Record<string, string> = {};
  const walk = (at: string): void => {
    for (const name of readdirSync(at)) {
      const path = join(at, name);
      if (statSync(path).isDirectory()) walk(path);
      else all[relative(folder, path)] = sha256(readFileSync(path));
    }
  };
  if (existsSync(folder)) walk(folder);
  return all;
}

export async function photos(folder: string, count: number): Promise<void> {
  mkdirSync(join(folder, "photos/deep"), { recursive: true });
  for (let i = 0; i < count; i++) {
    const bytes = await photograph({
      seed: i,
      time: `2024:05:01 12:${String(i % 60).padStart(2, "0")}:00`,
      ...(i % 3 === 0 && { lat: 10 + (i % 50), lng: 20 }),
    });
    writeFileSync(
      join(folder, "photos", i % 2 ? `${i}.jpg` : `deep/${i}.jpg`),
      Buffer.concat([bytes, Buffer.from(String(i))]),
    );
  }
}

/** A small network that embeds pictures, with random weights. */
function vision(folder: string): void {
  mkdirSync(join(folder, "vision"), { recursive: true });
  writeFileSync(join(folder, "vision/model.safetensors"), dinoRepository()["model.safetensors"]);
  const settings = { preparation: { size: 28, square: "crop-resize" }, colours: "imagenet" };
  writeFileSync(join(folder, "vision/encoder.json"), JSON.stringify(settings));
}

const index = (folder: string) => ["--library", join(folder, "index")];

/** What the archive says, without when it was said and how long it took. */
async function archive(folder: string): Promise<unknown> {
  const { stdout, stderr, code } = await geodrift(["library", "list", "--json", "--limit", "100000", ...index(folder)]);
  if (code !== 0) throw new Error(`the archive does not open: ${stderr}`);
  const status = await geodrift(["library", "status", "--json", ...index(folder)]);
  const { unrecovered } = JSON.parse(status.stdout);
  const pictures = stdout
    .trim()
    .split("\n")
    .map((line) => {
      const { id: _, folder: __, estimate, decided, ...rest } = JSON.parse(line);
      return { ...rest, decided: decided && { ...decided, at: 0 }, estimate: estimate && { ...estimate, madeAt: 0 } };
    });
  pictures.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { pictures, unrecovered, files: contents(join(folder, "photos")) };
}

const sidecar = (rating: number) =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="${rating}"/></rdf:RDF></x:xmpmeta>\n`;

/** An archive of which everything is accepted, half of it with sidecars of another program. */
async function accepted(folder: string, written: boolean): Promise<void> {
  await photos(folder, 40);
  for (let i = 1; i < 40; i += 4) writeFileSync(join(folder, "photos", `${i}.jpg.xmp`), sidecar(i % 5));
  await geodrift(["library", "add", join(folder, "photos"), ...index(folder)]);
  const server = await startServer(index(folder));
  try {
    const pictures = Array.from({ length: 40 }, (_, i) => i + 1);
    await post(server.port, "decisions", { pictures, verdict: { kind: "accept", pin: { lat: 1, lng: 2 } } });
    if (written) await post(server.port, "write", {});
  } finally {
    await server.stop();
  }
}

export const post = (port: number, path: string, body: object) =>
  raw({ port }, `/api/library/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

let hub: Hub | undefined;

/** Lines of a log, without what is measured. */
const logOf = (file: string) =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) =>
      Object.fromEntries(Object.entries(JSON.parse(line)).filter(([key]) => !/second|ms$|time|rate|memory/i.test(key))),
    );

export const scenarios: Record<string, Scenario> = {
  scan: {
    prepare: (folder) => photos(folder, 300),
    command: (folder) => ({ args: ["library", "add", join(folder, "photos"), ...index(folder)] }),
    result: archive,
  },
  estimate: {
    async prepare(folder) {
      await photos(folder, 24);
      await geodrift(["library", "add", join(folder, "photos"), ...index(folder)]);
    },
    command: (folder) => ({ args: ["library", "locate", ...index(folder)] }),
    result: archive,
  },
  write: {
    prepare: (folder) => accepted(folder, false),
    command: () => ({ over: async (say) => void (await say("write", {})) }),
    result: archive,
  },
  undo: {
    prepare: (folder) => accepted(folder, true),
    command: () => ({ over: async (say) => void (await say("undo", { batch: 1 })) }),
    result: archive,
  },
  embed: {
    async prepare(folder) {
      await photos(folder, 120);
      vision(folder);
    },
    command: (folder) => ({
      args: ["embed", join(folder, "photos"), "-o", join(folder, "out.parquet"), "--encoder", join(folder, "vision")],
    }),
    result: async (folder) =>
      Object.fromEntries(Object.entries(contents(folder)).filter(([name]) => /^out\.(parquet|refused)/.test(name))),
  },
  train: {
    async prepare(folder) {
      await makeRasters(join(folder, "rasters"), ["01", "02", "07"]);
      writeFileSync(join(folder, "tiny.json"), JSON.stringify(tinyTraining));
    },
    command: (folder) => ({
      args: ["train", join(folder, "tiny.json"), "--out", join(folder, "out"), "--threads", "2"],
    }),
    async result(folder) {
      const all = contents(join(folder, "out"));
      const weights = Object.fromEntries(Object.entries(all).filter(([name]) => name.endsWith(".safetensors")));
      const logs = Object.keys(all).filter((name) => name.endsWith(".jsonl"));
      return { weights, logs: logs.sort().map((name) => [name, logOf(join(folder, "out", name))]) };
    },
  },
  pull: {
    async prepare() {
      hub ??= await startHub({
        "openai/clip-vit-base-patch32": {
          "model.safetensors": Buffer.alloc(30_000_000, 7),
          "vocab.json": Buffer.from("{}"),
        },
      });
    },
    command: (folder) => ({
      args: ["models", "pull", "clip-vit-b32"],
      env: {
        ...{ HF_ENDPOINT: (hub as Hub).url, GEODRIFT_CACHE: join(folder, "cache") },
        ...{ NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" },
      },
    }),
    result: async (folder) => contents(join(folder, "cache")),
    close: async () => hub?.close(),
  },
  evaluate: {
    async prepare(folder) {
      await photos(folder, 9);
      const rows = Array.from({ length: 9 }, (_, i) => `photos/${i % 2 ? i : `deep/${i}`}.jpg,${10 + i},20`);
      writeFileSync(join(folder, "places.csv"), `file,lat,lng\n${rows.join("\n")}\n`);
    },
    command: (folder) => ({
      args: ["evaluate", "earth", join(folder, "places.csv"), "--samples", "16", "--out", join(folder, "out")],
    }),
    result: async (folder) => contents(join(folder, "out")),
  },
  imagine: {
    prepare: async (folder) => void mkdirSync(folder, { recursive: true }),
    command: (folder) => ({ args: ["imagine", "--at", "30,31", "--steps", "4", "-o", join(folder, "made.png")] }),
    result: async (folder) => contents(folder)["made.png"],
  },
};

/** A copy of what a scenario begins with. */
export function copied(from: string, to: string): string {
  // Node's own copy keeps times to the millisecond alone, and a picture would be another one.
  execFileSync("cp", ["-a", from, to]);
  return to;
}
