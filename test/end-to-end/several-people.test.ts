/** One archive, several people, with its index in a file and in a database; and what holds of a database alone. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newDatabase, type Postgres, postgresPrograms, startPostgres } from "../library/postgres.js";
import { photograph } from "./photographs.js";
import { geodrift, inThisProcess, start } from "./program.js";
import { raw, sentence, startServer, type TestServer } from "./server.js";
import { asksForToken } from "./token-checks.js";

const hasPostgres = postgresPrograms() !== undefined;
if (!hasPostgres) console.warn("Archives in databases are not tested: there is no PostgreSQL on this machine.");

const root = mkdtempSync(join(tmpdir(), "geodrift-people-"));
const photos = join(root, "photos");
const count = 6;
let postgres: Postgres | undefined;

beforeAll(async () => {
  mkdirSync(photos);
  for (let seed = 0; seed < count; seed++)
    writeFileSync(join(photos, `${seed}.jpg`), await photograph({ seed, time: `2024:05:01 12:0${seed}:00` }));
  if (hasPostgres) postgres = await startPostgres();
});
afterAll(async () => {
  await postgres?.stop();
  rmSync(root, { recursive: true, force: true });
});

let made = 0;
/** A library of the photographs, in a new folder or a new database. */
async function archive(kind: "file" | "database"): Promise<string> {
  const name = kind === "file" ? join(root, `library-${made++}`) : await newDatabase(postgres?.address ?? "");
  const added = await geodrift(["library", "add", photos, "--library", name]);
  expect(added).toMatchObject({ code: 0, stderr: "" });
  return name;
}
const serve = (name: string, ...args: string[]) =>
  startServer(["--library", name, ...args], { GEODRIFT_CACHE: join(root, "cache") });

/** A person at a server. */
const as = (server: TestServer, token?: string) => {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  return {
    post: (path: string, body: object = {}) =>
      raw(server, `/api/library${path}`, { method: "POST", headers, body: JSON.stringify(body) }),
    get: async (path = "") => JSON.parse((await raw(server, `/api/library${path}`, { headers })).body.toString()),
    status: async (path: string) => (await raw(server, `/api/library${path}`, { headers })).status,
  };
};
async function give(name: string, library: string, role: string): Promise<string> {
  const { stdout } = await inThisProcess(["library", "people", "add", name, "--role", role, "--library", library]);
  return stdout.trim();
}

/** Listens to a server's events until `end`. */
function listen(server: TestServer, token: string) {
  const heard: string[] = [];
  let over = false;
  const sent = request({
    ...{ host: "127.0.0.1", port: server.port, path: "/api/library/events" },
    headers: { authorization: `Bearer ${token}` },
  });
  sent.on("error", () => {});
  sent.on("response", (answer) => {
    answer.on("data", (d) => heard.push(String(d))).on("error", () => {});
    answer.on("end", () => {
      over = true;
    });
  });
  sent.end();
  return { text: () => heard.join(""), isOver: () => over, end: () => sent.destroy() };
}
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await holds()) return;
    await delay(50);
  }
  throw new Error("it never came to be");
}

const pin = { lat: 47, lng: 8 };
const accept = { kind: "accept", pin };

const kinds = hasPostgres ? (["file", "database"] as const) : (["file"] as const);
describe.each(kinds)("an archive with people, its index in a %s", (kind) => {
  let library: string;
  let server: TestServer;
  let anna: string;
  let ben: string;
  let cleo: string;
  beforeAll(async () => {
    library = await archive(kind);
    anna = await give("Anna", library, "owner");
    ben = await give("Ben", library, "reviewer");
    cleo = await give("Cleo Ó", library, "reader");
    server = await serve(library, "--host", "0.0.0.0");
  });
  afterAll(() => server?.stop());

  it("asks for a token, each person's own, of which the index holds no word", async () => {
    for (const token of [anna, ben, cleo]) await asksForToken(server, token, photos);
    const { stdout } = await inThisProcess(["library", "people", "list", "--json", "--library", library]);
    expect(JSON.parse(stdout).map((p: object) => ({ ...p, madeAt: 0 }))).toEqual([
      { name: "Anna", role: "owner", madeAt: 0, revoked: false },
      { name: "Ben", role: "reviewer", madeAt: 0, revoked: false },
      { name: "Cleo Ó", role: "reader", madeAt: 0, revoked: false },
    ]);
    expect((await as(server, ben).get()).person).toEqual({ name: "Ben", role: "reviewer" });
  });

  it("lets each do what their role may", async () => {
    const pictures = [1];
    const may = async (token: string) => [
      await as(server, token).status("/pictures"),
      (await as(server, token).post("/decisions", { pictures, verdict: { kind: "not-a-place" } })).status,
      (await as(server, token).post("/undo")).status,
      (await as(server, token).post("/write", { pictures })).status,
      (await as(server, token).post("/scan")).status,
    ];
    expect(await may(cleo)).toEqual([200, 403, 403, 403, 403]);
    expect(sentence(await as(server, cleo).post("/undo"))).toBe("this is for reviewers, and Cleo Ó is a reader");
    // Of all that changes something: what is for whom.
    const api = JSON.parse(
      (await raw(server, "/api/openapi.json", { headers: { authorization: `Bearer ${cleo}` } })).body.toString(),
    );
    const changing = Object.entries<object>(api.paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== "get" && path.startsWith("/api/library/"))
        .map((method) => [method.toUpperCase(), path.replace("{id}", "1")] as const),
    );
    expect(changing.length).toBeGreaterThan(8);
    const status = async (token: string, [method, path]: readonly [string, string]) => {
      const type = path.endsWith("tracks") ? "application/gpx+xml" : "application/json";
      const headers = { authorization: `Bearer ${token}`, "content-type": type };
      const { status, body } = await raw(server, path, { method, headers, ...(method !== "DELETE" && { body: "{" }) });
      return status === 403 && /^this is for/.test(JSON.parse(body.toString()).error) ? "not theirs" : "theirs";
    };
    for (const route of changing) {
      expect(await status(cleo, route), route.join(" ")).toBe("not theirs");
      const owners = /(folders|scan)$/.test(route[1]);
      expect(await status(ben, route), route.join(" ")).toBe(owners ? "not theirs" : "theirs");
    }
    expect(await may(ben)).toEqual([200, 200, 200, 200, 403]);
    expect(await may(anna)).toEqual([200, 200, 200, 200, 202]);
    await until(async () => (await as(server, anna).get()).job?.running === false);
  });

  it("keeps who has said what: a stale word is answered with the other's, and only one's own is taken back", async () => {
    const [annas, bens] = [as(server, anna), as(server, ben)];
    const said = await annas.post("/decisions", { pictures: [2], verdict: accept, seen: [null] });
    const { batch } = JSON.parse(said.body.toString());
    const late = await bens.post("/decisions", { pictures: [2], verdict: { kind: "reject" }, seen: [null] });
    expect([late.status, sentence(late)]).toEqual([
      409,
      "2.jpg: Anna has accepted a place for it since it was shown; look at it again".replace("2.jpg", "1.jpg"),
    ]);
    const shown = await bens.get("/pictures/2");
    expect([shown.decided.who, shown.lastWord.who, shown.lastWord.kind]).toEqual(["Anna", "Anna", "accept"]);
    const other = await bens.post("/undo", { batch });
    expect([other.status, sentence(other)]).toEqual([400, "Anna has said it: only they, and owners, take it back"]);
    // Without a number it is one's own that is taken back.
    expect(JSON.parse((await bens.post("/undo")).body.toString())).toEqual([]);
    // Of several, those that have changed are told, and the others are said.
    const both = await bens.post("/decisions", {
      pictures: [2, 3],
      verdict: { kind: "reject" },
      seen: [null, null],
    });
    const { refused, batch: second } = JSON.parse(both.body.toString());
    expect(refused).toMatchObject([{ picture: 2, code: "conflict" }]);
    expect((await bens.get("/pictures/3")).lastWord).toMatchObject({ who: "Ben", kind: "reject" });
    // Who has seen it may say something else.
    const { lastWord } = await bens.get("/pictures/2");
    const seen = await bens.post("/decisions", { pictures: [2], verdict: { kind: "reject" }, seen: [lastWord.id] });
    expect(seen.status).toBe(200);
    // An owner takes back what anybody has said.
    expect((await annas.post("/undo", { batch: second })).status).toBe(200);
    expect((await bens.get("/pictures/3")).lastWord).toBeNull();
    const odd = await bens.post("/decisions", { pictures: [2, 3], verdict: accept, seen: [1] });
    expect([odd.status, sentence(odd)]).toEqual([400, '"seen": has one number, or null, for each of the pictures']);
  });

  it("tells pages what changes, at once, and lets go of them when it stops", async () => {
    const own = await serve(library);
    const events = listen(own, cleo);
    try {
      await until(() => events.text().includes("event: ready"));
      // Of a database, also what is said at another server.
      const at = kind === "file" ? own : server;
      await as(at, ben).post("/decisions", { pictures: [4], verdict: accept });
      await until(() => events.text().includes("decisions"));
      expect(events.text()).toMatch(/event: changed\ndata: \{"what":\[("\w+",?)+\]\}/);
      const then = performance.now();
      expect(await own.stop()).toBe(0);
      expect(performance.now() - then).toBeLessThan(15_000);
    } finally {
      events.end();
      await own.stop();
    }
  });

  it("takes a token away at once, and gives another", async () => {
    const revoke = () => inThisProcess(["library", "people", "revoke", "Ben", "--library", library]);
    const again = await inThisProcess(["library", "people", "add", "Ben", "--library", library]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/^geodrift: Ben: has a token/) });
    expect(await as(server, ben).status("")).toBe(200);
    const events = listen(server, ben);
    await until(() => events.text().includes("event: ready"));
    expect((await revoke()).code).toBe(0);
    expect(await as(server, ben).status("")).toBe(401);
    // Who listened hears nothing more.
    await as(server, anna).post("/decisions", { pictures: [2], verdict: { kind: "not-a-place" } });
    await until(() => events.isOver());
    expect(events.text()).not.toContain("changed");
    // Nor does an archive open to all when nobody has one any more.
    for (const name of ["Anna", "Cleo Ó"])
      await inThisProcess(["library", "people", "revoke", name, "--library", library]);
    expect(await as(server).status("")).toBe(401);
    expect(await revoke()).toMatchObject({ code: 1, stderr: "geodrift: Ben: has no token\n" });
    const other = await give("Ben", library, "reader");
    expect(other).not.toBe(ben);
    expect((await as(server, other).get()).person).toEqual({ name: "Ben", role: "reader" });
    const odd = await inThisProcess(["library", "people", "add", " Ben\u0007", "--library", library]);
    expect(odd).toMatchObject({ code: 2, stderr: expect.stringMatching(/a name has 1 to 100 characters/) });
  });
});

describe.skipIf(!hasPostgres)("an archive in a database", () => {
  const query = async (address: string, sql: string) => {
    const client = new pg.Client(address);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };

  it("is located by several at once, each picture by one of them, and what a killed one had is taken by another", async () => {
    const library = await archive("database");
    // Every estimate that is kept, however often.
    await query(
      library,
      `CREATE TABLE geodrift.kept (picture BIGINT);
       CREATE FUNCTION geodrift.note() RETURNS trigger AS $$ BEGIN INSERT INTO geodrift.kept VALUES (NEW.picture); RETURN NEW; END $$ LANGUAGE plpgsql;
       CREATE TRIGGER note AFTER INSERT OR UPDATE ON geodrift.estimates FOR EACH ROW EXECUTE FUNCTION geodrift.note();`,
    );
    const worker = () => start(["library", "locate", "--library", library, "--model", "earth"]);
    const [first, second] = [worker(), worker()];
    await until(async () => (await query(library, "SELECT 1 FROM geodrift.kept")).length > 0);
    first.child.kill("SIGKILL");
    expect((await first.outcome).code).toBeNull();
    expect(await second.outcome).toMatchObject({ code: 0, stderr: expect.not.stringContaining("mistake") });
    const kept = await query(library, "SELECT picture, count(*)::int AS n FROM geodrift.kept GROUP BY picture");
    expect(kept).toHaveLength(count);
    expect(kept.filter(({ n }) => n !== 1)).toEqual([]);
    const { stdout } = await inThisProcess(["library", "locate", "--library", library]);
    expect(stdout).toMatch(/^0 of 0 pictures have an estimate now/);
    // Which one was the killed one's is forgotten by whoever comes next.
    expect(await query(library, "SELECT * FROM geodrift.claims")).toEqual([]);
  });

  it("loses nothing, and has nothing twice, when its server dies, or PostgreSQL does, in the middle of decisions", async () => {
    const library = await archive("database");
    let server = await serve(library);
    const acknowledged = new Set<number>();
    let stop = false;
    const reviewer = async () => {
      for (let i = 0; !stop; i++) {
        const verdict = { kind: i % 2 ? "reject" : "not-a-place" };
        const answer = await as(server)
          .post("/decisions", { pictures: [1 + (i % count), 1 + ((i + 1) % count)], verdict })
          .catch(() => undefined);
        if (answer?.status === 200) acknowledged.add(JSON.parse(answer.body.toString()).batch);
        else await delay(20);
      }
    };
    const busy = [reviewer(), reviewer()];
    await until(() => acknowledged.size > 20);
    server.child.kill("SIGKILL");
    server = await serve(library);
    const after = acknowledged.size;
    await until(() => acknowledged.size > after + 20);
    // A page that listens goes on listening when it is there again.
    const events = listen(server, "");
    await until(() => events.text().includes("event: ready"));
    postgres?.child().kill("SIGKILL");
    await until(async () => {
      const { status } = await raw(server, "/api/library").catch(() => ({ status: 0 }));
      return status === 502;
    });
    expect(sentence(await raw(server, "/api/library"))).toMatch(/^postgres:\/\/127.*: the database does not answer/);
    await postgres?.start();
    const then = acknowledged.size;
    await until(() => acknowledged.size > then + 20);
    const length = events.text().length;
    await until(() => events.text().length > length);
    events.end();
    stop = true;
    await Promise.all(busy);
    const batches = await query(
      library,
      "SELECT batch::int, count(*)::int AS n FROM geodrift.decisions GROUP BY batch ORDER BY batch",
    );
    // Of every one all that it said, or nothing; and every one that was acknowledged.
    expect(batches.filter(({ n }) => n !== 2)).toEqual([]);
    const there = new Set(batches.map((b) => b.batch));
    expect([...acknowledged].filter((batch) => !there.has(batch))).toEqual([]);
    expect(await server.stop()).toBe(0);
  });

  it("is copied into a file and back, with every decision, estimate and sidecar that it has", async () => {
    const library = await archive("database");
    const anna = await give("Anna", library, "owner");
    const server = await serve(library);
    const annas = as(server, anna);
    await annas.post("/decisions", { pictures: [1, 2], verdict: accept });
    await annas.post("/write", {});
    await annas.post("/decisions", { pictures: [3], verdict: { kind: "not-a-place" } });
    await annas.post("/undo");
    await raw(server, "/api/library/tracks?name=a.gpx", {
      method: "POST",
      headers: { authorization: `Bearer ${anna}`, "content-type": "application/gpx+xml" },
      body: `<gpx><trk><trkseg><trkpt lat="1" lon="2"><time>2024-05-01T12:00:00Z</time></trkpt></trkseg></trk></gpx>`,
    });
    await server.stop();
    const [file, back] = [join(root, `copy-${made++}`), await newDatabase(postgres?.address ?? "")];
    const copied = await inThisProcess(["library", "copy", library, file]);
    expect(copied).toMatchObject({ code: 0, stdout: `copied ${count} pictures, 0 estimates, 3 decisions\n` });
    expect((await inThisProcess(["library", "copy", file, back])).code).toBe(0);
    for (const table of ["folders", "pictures", "estimates", "decisions", "writes", "people", "track_points"]) {
      const rows = (of: string) => query(of, `SELECT * FROM geodrift.${table} ORDER BY 1, 2`);
      expect(await rows(back), table).toEqual(await rows(library));
    }
    // Over what is there nothing is copied.
    expect(await inThisProcess(["library", "copy", library, file])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/holds a library already, and a copy is made in an empty one/),
    });
    // The copy goes on: new numbers are new, and what was written is taken back.
    const own = await serve(file);
    const at = as(own, anna);
    expect((await at.post("/decisions", { pictures: [4], verdict: accept })).status).toBe(200);
    const undone = JSON.parse((await at.post("/undo", { batch: 1 })).body.toString());
    expect(undone.map((o: { error?: string }) => o.error)).toEqual([undefined, undefined]);
    expect((await at.get("/pictures/1")).state).toBe("queue");
    await own.stop();
  });

  it("that is not there, or not reached, or nobody's, is said in one sentence, without a password", async () => {
    const address = await newDatabase(postgres?.address ?? "");
    const said = async (name: string) => {
      const { code, stderr } = await inThisProcess(["library", "status", "--library", name]);
      expect(code).not.toBe(0);
      expect(stderr).not.toContain("secret");
      return stderr;
    };
    expect(await said(address)).toMatch(/^geodrift: postgres:\/\/127\S+: holds no library; "geodrift library add/);
    const url = new URL(address);
    url.password = "secret";
    url.pathname = "/none";
    expect(await said(url.href)).toMatch(/^geodrift: postgres:\/\/127\S+: the database refuses \(database "none"/);
    expect(await said("postgres://x:secret@127.0.0.1:1/y")).toMatch(/: the database does not answer \(.*ECONNREFUSED/);
    // Neither is a password that is not written as it should be.
    for (const odd of ["postgres://x:se#secret@db/y", "postgres://x:1/secret@db/y", "postgres://x:secret@:99999:/y"])
      expect(await said(odd), odd).toMatch(/^geodrift: postgres:\/\/[^/]*: (is no address of a database|the database)/);
  });

  it("is made, given to people and located as the guide says", async () => {
    const guide = readFileSync(fileURLToPath(new URL("../../docs/guide/several-people.md", import.meta.url)), "utf8");
    const said = [...guide.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, text]) => text.trim().split("\n"));
    const [first, second] = [await newDatabase(postgres?.address ?? ""), await newDatabase(postgres?.address ?? "")];
    const home = await archive("file");
    const addresses = new Map([["copy", second]]);
    const commands = said.filter((line) => /^geodrift library/.test(line));
    expect(commands.length).toBeGreaterThan(6);
    for (const line of commands) {
      const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word).slice(1);
      const address = addresses.get(words[1]) ?? first;
      const args = words.map((w) =>
        /^postgres:/.test(w) ? address : w === "/srv/photographs" ? photos : w === "~/library" ? home : w,
      );
      expect(await inThisProcess(args), line).toMatchObject({ code: 0, stderr: "" });
    }
    const [serving] = said.filter((line) => /^geodrift serve/.test(line));
    const server = await startServer(["--library", first, ...serving.split(" ").slice(2, 6)]);
    expect((await raw(server, "/api/library")).status).toBe(401);
    expect(await server.stop()).toBe(0);
  });
});
