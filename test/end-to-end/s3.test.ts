/** Pictures and the work of shards in S3: a server of npm's that speaks its language, behind one that may misbehave. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import S3rver from "s3rver";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { photograph } from "./photographs.js";
import { inThisProcess, start } from "./program.js";
import { writeVisionEncoder } from "./released.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-s3-"));
const at = (...names: string[]) => join(folder, ...names);
const pictures = 80;
/** Those that are located. */
const few = 4;
const bucket = "archive";

let behind: S3rver;
let front: Server;
let env: Record<string, string>;
let put: (key: string, bytes?: Buffer) => Promise<void>;
let remove: (key: string) => Promise<void>;
let keysOf: (prefix: string) => Promise<string[]>;
/** Requests as they came, `GET /archive/…`; and what answers one in the server's place. */
let asked: string[] = [];
const unmeasured: string[] = [];
let mischief: ((what: string) => number | undefined) | undefined;

const xmp = (lat: string, lng: string) => `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
  xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/"
  exif:GPSLatitude="${lat}" exif:GPSLongitude="${lng}"/></rdf:RDF></x:xmpmeta>`;

beforeAll(async () => {
  behind = new S3rver({
    ...{ port: 0, address: "127.0.0.1", silent: true, directory: at("buckets") },
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await behind.run();
  front = createServer((incoming, outgoing) => {
    const what = `${incoming.method} ${decodeURIComponent(new URL(incoming.url ?? "/", "http://s3").pathname)}`;
    asked.push(what);
    // Amazon's takes no body whose length is not known before.
    if (incoming.method === "PUT" && incoming.headers["content-length"] === undefined) unmeasured.push(what);
    const status = mischief?.(what);
    if (status !== undefined) {
      incoming.resume();
      outgoing.writeHead(status, { "content-type": "application/xml" });
      const code = { 403: "SignatureDoesNotMatch", 503: "SlowDown" }[status];
      outgoing.end(code ? `<Error><Code>${code}</Code></Error>` : "");
      return;
    }
    const { method, url: path, headers } = incoming;
    const passed = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  const keys = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
  env = {
    ...{ AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey, AWS_REGION: "us-east-1" },
    ...{ AWS_ENDPOINT_URL: endpoint, TMPDIR: at("tmp") },
  };
  const client = new AwsClient({ ...keys, region: "us-east-1", service: "s3" });
  const done = async (key: string, init: RequestInit) => {
    const answer = await client.fetch(`${endpoint}/${bucket}/${key}`, init);
    expect(answer.ok, `${key}: ${answer.status}`).toBe(true);
  };
  put = (key, bytes = Buffer.from("x")) => done(key, { method: "PUT", body: new Uint8Array(bytes) });
  remove = (key) => done(key, { method: "DELETE" });
  keysOf = async (prefix) => {
    const answer = await client.fetch(`${endpoint}/${bucket}?list-type=2&prefix=${prefix}/`);
    return [...(await answer.text()).matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) => key.slice(prefix.length + 1));
  };
  writeVisionEncoder(at("vision"));
  for (const name of ["album", "few", "tmp"]) mkdirSync(at(name));
  const nowhere = await photograph({ seed: 5 });
  for (let i = 0; i < pictures; i++) {
    const name = `${String(i).padStart(4, "0")}.jpg`;
    const placed = await photograph({ lat: i - 40, lng: 4 * i - 160, seed: i % 24 });
    const bytes = i % 11 === 3 ? Buffer.from("no picture") : i % 13 === 4 ? nowhere : placed;
    const files: [string, Buffer][] = [[name, bytes]];
    if (i % 26 === 4) files.push([`${name}.xmp`, Buffer.from(xmp("10,0.0N", "20,0.0E"))]);
    for (const [file, content] of files) {
      writeFileSync(at("album", file), content);
      await put(`album/${file}`, content);
      if (i < few) {
        writeFileSync(at("few", file), content);
        await put(`few/${file}`, content);
      }
    }
  }
  // None of these is a picture of the album.
  for (const key of ["album/notes.txt", "album/@eaDir/0001.jpg", "albums.jpg", "album/.hidden/1.jpg"]) await put(key);
});
afterAll(async () => {
  front?.closeAllConnections();
  front?.close();
  await behind?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  asked = [];
  mischief = undefined;
});

const run = (...args: string[]) => inThisProcess(args, folder, env);
const s3 = (name: string) => `s3://${bucket}/${name}`;
const rowsOf = (table: string) => readFileSync(at(table));

describe("S3", () => {
  it("is a source of pictures, each of which is fetched once, with the place of its sidecar", async () => {
    const { code, stderr } = await run("embed", s3("album"), "-o", "alone.parquet", "--encoder", "vision");
    expect([code, stderr]).toEqual([0, ""]);
    const local = await run("embed", "album", "-o", "local.parquet", "--encoder", "vision");
    expect([local.code, local.stderr]).toEqual([0, ""]);
    // The same pictures, refused for the same reasons; in the table itself, what it was made from is another.
    expect(rowsOf("alone.refused.csv").equals(rowsOf("local.refused.csv"))).toBe(true);
    const manifest = (name: string) => JSON.parse(rowsOf(`${name}.manifest.json`).toString());
    expect(manifest("alone").rows).toBe(manifest("local").rows);
    expect(manifest("alone").source).toBe(s3("album"));
    const gets = asked.filter((what) => /^GET .*\.jpg$/.test(what));
    expect(gets).toHaveLength(pictures);
    expect(new Set(gets).size).toBe(pictures);
  });

  it("holds the work of shards: the table that embed makes, whatever is killed, and no part fetched twice", async () => {
    const plan = ["shards", "plan", s3("album"), "-o", s3("runs/one"), "--encoder", "vision", "--items", "32"];
    expect(await run(...plan)).toEqual({
      code: 0,
      stderr: "",
      stdout: `${s3("runs/one")}: 80 items in 3 shards of 32\n`,
    });
    expect((await run(...plan)).code).toBe(0);
    expect((await run("shards", "status", s3("runs/one"))).code).toBe(1);
    for (const engine of ["slurm", "kubernetes", "aws-batch", "grid-engine", "pbs"]) {
      const job = await run("shards", "job", s3("runs/one"), "--for", engine);
      expect(job.stdout, engine).toContain(s3("runs/one"));
      // No folder of this machine.
      expect(job.stdout, engine).not.toContain(folder);
    }
    const { child, outcome } = start(["shards", "run", s3("runs/one")], folder, env);
    await delay(1500);
    child.kill("SIGKILL");
    await outcome;
    const both = [0, 1].map(() => start(["shards", "run", s3("runs/one")], folder, env).outcome);
    expect((await Promise.all(both)).map(({ code }) => code)).toEqual([0, 0]);
    const seen = await run("shards", "status", s3("runs/one"), "--json");
    expect(JSON.parse(seen.stdout)).toMatchObject({ shards: 3, done: 3, missing: [], damaged: [] });
    asked = [];
    const left = readdirSync(at("tmp"));
    const { code, stderr } = await run("shards", "finish", s3("runs/one"), "-o", "one.parquet");
    expect([code, stderr]).toEqual([0, ""]);
    for (const ending of [".parquet", ".refused.csv", ".manifest.json"])
      expect(readFileSync(at(`one${ending}`)).equals(readFileSync(at(`alone${ending}`))), ending).toBe(true);
    const parts = asked.filter((what) => /^GET .*\.(parquet|jsonl)$/.test(what));
    expect(new Set(parts).size).toBe(parts.length);
    expect(unmeasured).toEqual([]);
    // Of what was fetched nothing is left.
    expect(readdirSync(at("tmp"))).toEqual(left);
  });

  it("tells what was damaged, and it is made again", async () => {
    const part = (await keysOf("runs/one")).find((key) => /^part-000001\.\w+\.parquet$/.test(key)) ?? "";
    await put(`runs/one/${part}`, Buffer.from("something else"));
    const seen = await run("shards", "status", s3("runs/one"), "--json");
    expect(JSON.parse(seen.stdout).damaged).toEqual([
      { shard: 1, reason: `${s3("runs/one")}/${part} is not what was written` },
    ]);
    const early = await run("shards", "finish", s3("runs/one"), "-o", "damaged.parquet");
    expect([early.code, early.stderr]).toEqual([
      1,
      `geodrift: ${s3("runs/one")}/${part}: is not what was written; its shard is to be made again\n`,
    ]);
    await remove("runs/one/part-000001.json");
    expect((await run("shards", "run", s3("runs/one"))).code).toBe(0);
    expect((await run("shards", "finish", s3("runs/one"), "-o", "damaged.parquet")).code).toBe(0);
    expect(readFileSync(at("damaged.parquet")).equals(readFileSync(at("alone.parquet")))).toBe(true);
  });

  it("holds pictures that are located, to the answers of locate", async () => {
    const plan = ["shards", "plan", s3("few"), "-o", s3("runs/located"), "--model", "earth", "--items", "32"];
    expect((await run(...plan, "--samples", "16", "--steps", "2")).code).toBe(0);
    expect((await run("shards", "run", s3("runs/located"))).code).toBe(0);
    expect((await run("shards", "finish", s3("runs/located"), "-o", "located.jsonl")).code).toBe(0);
    const lines = readFileSync(at("located.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const local = (await run("locate", "few", "--json", "--samples", "16", "--steps", "2")).stdout.trim().split("\n");
    expect(lines).toHaveLength(few);
    for (const [i, line] of local.entries()) {
      const { image, ...answer } = JSON.parse(line);
      expect(lines[i].image).toBe(s3(image));
      if ("error" in answer) expect(lines[i].error).toBe(answer.error);
      else {
        expect(lines[i].sha256).toBe(answer.sha256);
        expect(lines[i].best.lat).toBeCloseTo(answer.best.lat, 4);
      }
    }
  });

  it("may be slow, or away for a moment; what it refuses is said at once", async () => {
    const plan = ["shards", "plan", s3("album"), "-o", s3("runs/slow"), "--encoder", "vision", "--items", "64"];
    const failed = new Map<string, number>();
    // Each of its requests fails twice, in one way or another.
    mischief = (what) => {
      const times = failed.get(what) ?? 0;
      failed.set(what, times + 1);
      return times < 2 ? (times === 0 ? 503 : 500) : undefined;
    };
    expect(await run(...plan)).toMatchObject({ code: 0 });
    expect((await run("shards", "run", s3("runs/slow"), "--index", "1")).code).toBe(0);
    mischief = undefined;
    expect((await run("shards", "run", s3("runs/slow"))).code).toBe(0);
    expect((await run("shards", "finish", s3("runs/slow"), "-o", "slow.parquet")).code).toBe(0);
    expect(readFileSync(at("slow.parquet")).equals(readFileSync(at("alone.parquet")))).toBe(true);
    const said = async (args: string[], more: Record<string, string> = {}) => {
      const { code, stderr } = await inThisProcess(args, folder, { ...env, ...more });
      expect(code).not.toBe(0);
      return stderr;
    };
    asked = [];
    expect(await said(["shards", "status", "s3://nobody/x"])).toMatch(
      /^geodrift: s3:\/\/nobody\/x\/plan\.json: S3 refuses \(NoSuchBucket\)/,
    );
    expect(asked).toHaveLength(1);
    mischief = () => 403;
    expect(await said(["embed", s3("album"), "-o", "x.parquet", "--encoder", "vision"])).toMatch(
      /: S3 refuses \(SignatureDoesNotMatch\)\n$/,
    );
    mischief = undefined;
    expect(await said(["shards", "status", s3("runs")])).toMatch(/holds no plan/);
    expect(await said(["shards", "status", "s3://"])).toMatch(/an address in S3 is s3:\/\/BUCKET\/PREFIX\n$/);
    expect(await said(["shards", "status", s3("runs/slow")], { AWS_ACCESS_KEY_ID: "" })).toMatch(
      /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are needed/,
    );
    expect(await said(["shards", "status", s3("runs/slow")], { AWS_ENDPOINT_URL: "http://127.0.0.1:15999" })).toMatch(
      /S3 does not answer \(ECONNREFUSED\)/,
    );
  });
});
