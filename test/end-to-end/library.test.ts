/** The archive's day: pictures in, places out, nothing harmed on the way. */
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { photograph } from "./photographs.js";
import { geodrift, inThisProcess, type Outcome, start } from "./program.js";
import { raw, sentence, startServer, type TestServer } from "./server.js";

const root = mkdtempSync(join(tmpdir(), "archive-"));
const photos = join(root, "photos");
const index = join(root, "index");
const library = ["--library", index];

const hasExiftool = await promisify(execFile)("exiftool", ["-ver"]).then(
  () => true,
  () => false,
);

if (!hasExiftool) console.warn("Sidecars are not read back by other programs: there is no exiftool on this machine.");

/** Names and contents of everything under a folder. */
const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(folder, name))
      .filter((file) => statSync(file).isFile())
      .sort()
      .map((file) => [file, createHash("sha256").update(readFileSync(file)).digest("hex")]),
  );

const template = join(root, "template");
const copying = { recursive: true, preserveTimestamps: true };
let originals: Record<string, string>;
let estimation: Outcome;
beforeAll(async () => {
  mkdirSync(join(photos, "trip"), { recursive: true });
  const write = async (name: string, taken: Parameters<typeof photograph>[0]) =>
    writeFileSync(join(photos, name), await photograph(taken));
  await write("trip/bergen.jpg", { lat: 60.39, lng: 5.32, time: "2024:05:01 12:00:00", seed: 1 });
  const seen = { lat: 60.5, lng: 6.5 };
  await write("trip/lost-1.jpg", { time: "2024:05:01 12:30:00", seed: 2, seen });
  await write("trip/lost-2.jpg", { time: "2024:05:01 18:00:00", seed: 3, seen });
  await write("alone.jpg", { seed: 4 });
  await write("scan.jpg", { seed: 5 });
  await write("again.jpg", { seed: 6 });
  writeFileSync(join(photos, "broken.jpg"), "no picture");
  writeFileSync(join(photos, "notes.txt"), "not looked at");
  originals = contents(photos);
  // Whole seconds: a copy keeps no finer time, and a picture of another time is taken for changed.
  for (const file of Object.keys(originals)) utimesSync(file, 1_714_550_400, 1_714_550_400);
  await inThisProcess(["library", "add", photos, ...library]);
  const gpx = join(root, "walk.gpx");
  // At UTC; the camera is two hours ahead.
  const point = (lat: number, lng: number, time: string) =>
    `<trkpt lat="${lat}" lon="${lng}"><time>${time}</time></trkpt>`;
  writeFileSync(
    gpx,
    `<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>${point(60.3, 5.2, "2024-05-01T15:58:00Z")}${point(60.31, 5.21, "2024-05-01T16:02:00Z")}</trkseg></trk></gpx>`,
  );
  const flags = ["--time-neighbours", "60", "--gpx", gpx, "--clock", "+02:00"];
  estimation = await inThisProcess(["library", "locate", ...flags, ...library]);
  for (const folder of [photos, index]) cpSync(folder, join(template, basename(folder)), copying);
});

// Every test finds the pictures and the index as they were after the estimates.
beforeEach(() => {
  for (const folder of [photos, index]) {
    rmSync(folder, { recursive: true, force: true });
    cpSync(join(template, basename(folder)), folder, copying);
  }
});

/** That what was there is there as it was, whatever has come beside it. */
const untouched = () => expect(contents(photos)).toMatchObject(originals);

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("geodrift library", () => {
  it("takes a folder in without changing it, and looks again at what has changed alone", async () => {
    const own = ["--library", join(root, "first")];
    const first = await inThisProcess(["library", "add", photos, ...own]);
    expect(first.stdout).toBe(`${photos}: 7 pictures, 7 new or changed\n`);
    expect((await inThisProcess(["library", "add", photos, ...own])).stdout).toBe(
      `${photos}: 7 pictures, 0 new or changed\n`,
    );
    expect(contents(photos)).toEqual(originals);
    const { counts, folders } = JSON.parse((await inThisProcess(["library", "status", "--json", ...own])).stdout);
    expect(counts).toMatchObject({ located: 1, queue: 5, unreadable: 1, accepted: 0 });
    expect(folders).toMatchObject([{ path: photos, pictures: 7 }]);
  });

  it("says in one sentence what it does not do", async () => {
    const said = async (...args: string[]) => (await inThisProcess(args)).stderr.trim();
    expect(await said("library", "add", join(root, "none"), ...library)).toBe(`${join(root, "none")}: no such folder`);
    expect(await said("library", "add", join(photos, "alone.jpg"), ...library)).toContain(
      "is a file, where a folder of pictures is expected",
    );
    expect(await said("library", "add", join(photos, "trip"), ...library)).toContain(
      `lies in ${photos}, which the library has already`,
    );
    expect(await said("library", "add", root, ...library)).toContain("holds the library itself");
    expect(await said("library", "add", join(photos, "trip"), "--library", join(photos, "trip", "index"))).toContain(
      "holds the library itself",
    );
    rmSync(join(photos, "trip", "index"), { recursive: true });
    expect(await said("library", "status", "--library", join(photos, "notes.txt"))).toContain(
      "is a file, where the folder of a library is expected",
    );
    expect(await said("library", "status", "--library", photos)).toContain(
      "holds pictures; a library is a folder of its own",
    );
    expect(await said("library", "status", "--library", join(root, "none"))).toContain(
      'holds no library; "geodrift library add PICTURES" makes one',
    );
    expect(await said("library", "locate", "--gpx", join(photos, "notes.txt"), ...library)).toContain(
      "a GPX file is needed, this is none",
    );
    expect(await said("library", "locate", "--clock", "noon", ...library)).toContain(
      '--clock: as +02:00 or -05:30, got "noon"',
    );
    writeFileSync(join(root, "damaged.db"), "");
    mkdirSync(join(root, "damaged"));
    writeFileSync(
      join(root, "damaged", "index.db"),
      "this is no index, but it is long enough to look like one".repeat(100),
    );
    expect(await said("library", "status", "--library", join(root, "damaged"))).toMatch(
      /index\.db: .*(not a database|cannot be opened)/,
    );
  });

  it("estimates the queue with what is known besides", async () => {
    expect([estimation.code, estimation.stdout]).toEqual([0, "5 of 5 pictures have an estimate now\n"]);
    const lines = (await inThisProcess(["library", "list", "--json", "--state", "queue", ...library])).stdout
      .trim()
      .split("\n");
    const found = new Map(lines.map((line) => JSON.parse(line)).map((p) => [p.path, p]));
    // Half an hour from Bergen by the neighbour, and on the track.
    for (const [path, lat, lng, km] of [
      ["trip/lost-1.jpg", 60.39, 5.32, 1],
      ["trip/lost-2.jpg", 60.305, 5.205, 0.3],
    ] as const) {
      const { best } = found.get(path).estimate;
      expect(Math.abs(best.lat - lat), path).toBeLessThan(km);
      expect(Math.abs(best.lng - lng), path).toBeLessThan(2 * km);
    }
    untouched();
  });
});

describe("a review", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startServer(library);
  });
  afterEach(async () => {
    await server.stop();
  });

  const get = async (path: string) => JSON.parse((await raw(server, `/api/library${path}`)).body.toString());
  const say = (path: string, body: object) =>
    raw(server, `/api/library${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const told = async (path: string, body: object) => JSON.parse((await say(path, body)).body.toString());
  const idOf = async (path: string): Promise<number> =>
    (await get(`/pictures?text=${encodeURIComponent(path)}`)).pictures[0].id;
  const stateOf = async (id: number) => (await get(`/pictures/${id}`)).state;
  const sidecars = () => Object.keys(contents(photos)).filter((f) => f.endsWith(".xmp"));
  const scan = async () => {
    await told("/scan", {});
    for (let busy = true; busy; ) busy = (await get("")).job.running;
  };
  const known = async (id: number) =>
    (await get(`/pictures/${id}/known?timeNeighbours=10000&album=true`)) as { places: { path: string }[] }[];
  const acceptAt = (id: number, pin: { lat: number; lng: number }) =>
    say("/decisions", { pictures: [id], verdict: { kind: "accept", pin } });

  it("writes nothing until it is told to, then a sidecar that other programs read", async () => {
    const id = await idOf("alone.jpg");
    await say("/decisions", { pictures: [id], verdict: { kind: "accept" } });
    expect(await stateOf(id)).toBe("accepted");
    expect(sidecars()).toEqual([]);
    expect(await told("/write", {})).toEqual([{ picture: id, sidecar: join(photos, "alone.jpg.xmp") }]);
    expect(sidecars()).toEqual([join(photos, "alone.jpg.xmp")]);
    expect(await stateOf(id)).toBe("written");
    untouched();
    if (!hasExiftool) return;
    const { estimate } = await get(`/pictures/${id}`);
    const [tags] = JSON.parse(
      execFileSync("exiftool", ["-json", "-n", "-G1", join(photos, "alone.jpg.xmp")]).toString(),
    );
    expect(tags["XMP-exif:GPSLatitude"]).toBeCloseTo(estimate.best.lat, 6);
    expect(tags["XMP-exif:GPSLongitude"]).toBeCloseTo(estimate.best.lng, 6);
    expect(tags["XMP-exif:GPSHPositioningError"]).toBeCloseTo(1000 * estimate.radiusKm, -1);
    expect(tags["XMP-exif:GPSProcessingMethod"]).toBe("GEODRIFT");
    expect(tags["XMP-dwc:DCGeoreferenceVerificationStatus"]).toBe("unverified");
    expect(tags["XMP-dwc:DCCoordinateUncertaintyInMeters"]).toBe(tags["XMP-exif:GPSHPositioningError"]);
    expect(tags["XMP-iptcExt:LocationCreatedCountryCode"]).toMatch(/^[A-Z]{2}$/);
    expect(
      execFileSync("exiftool", ["-validate", "-s3", join(photos, "alone.jpg.xmp")])
        .toString()
        .trim(),
    ).toBe("OK");
  });

  it.skipIf(!hasExiftool)("keeps what exiftool has written into a sidecar before", async () => {
    const id = await idOf("scan.jpg");
    const sidecar = join(photos, "scan.jpg.xmp");
    execFileSync("exiftool", [
      "-q",
      "-XMP-dc:Title=Old scan",
      "-XMP-xmp:Rating=3",
      "-XMP-iptcExt:LocationCreatedSublocation=Attic",
      sidecar,
    ]);
    const before = readFileSync(sidecar);
    await scan();
    const pin = { lat: -33.857, lng: 151.215 };
    await say("/decisions", { pictures: [id], verdict: { kind: "accept", level: "point", pin, radiusKm: 0.2 } });
    await told("/write", {});
    const [tags] = JSON.parse(execFileSync("exiftool", ["-json", "-n", sidecar]).toString());
    expect(tags).toMatchObject({
      Title: "Old scan",
      Rating: 3,
      GPSHPositioningError: 200,
      GPSProcessingMethod: "MANUAL",
      LocationCreatedSublocation: "Attic",
      LocationCreatedCountryCode: "AU",
      DCGeoreferenceVerificationStatus: "verified by contributor",
    });
    expect(tags.GPSLatitude).toBeCloseTo(pin.lat, 6);
    // And when it is taken back, it is what it was to the last bit.
    expect(await told("/undo", {})).toEqual([{ picture: id }]);
    expect(readFileSync(sidecar)).toEqual(before);
    expect(await stateOf(id)).toBe("queue");
  });

  it("takes decisions back, the last one first, written or not", async () => {
    const alone = await idOf("alone.jpg");
    await say("/decisions", { pictures: [alone], verdict: { kind: "accept" } });
    await told("/write", {});
    const [a, b] = [await idOf("scan.jpg"), await idOf("again.jpg")];
    await say("/decisions", { pictures: [a, b], verdict: { kind: "reject" } });
    await say("/decisions", { pictures: [a], verdict: { kind: "not-a-place" } });
    expect([await stateOf(a), await stateOf(b)]).toEqual(["not-a-place", "rejected"]);
    await told("/undo", {});
    expect(await stateOf(a)).toBe("rejected");
    await told("/undo", {});
    expect([await stateOf(a), await stateOf(b)]).toEqual(["queue", "queue"]);
    expect(await told("/undo", {})).toEqual([{ picture: alone }]);
    expect(sidecars()).toEqual([]);
    expect(await stateOf(alone)).toBe("queue");
    expect(await told("/undo", {})).toEqual([]);
  });

  it("says names alone below the level that is known", async () => {
    const id = await idOf("alone.jpg");
    await say("/decisions", {
      pictures: [id],
      verdict: { kind: "accept", level: "country", pin: { lat: 48.85, lng: 2.35 } },
    });
    await told("/write", {});
    const text = readFileSync(join(photos, "alone.jpg.xmp"), "utf8");
    expect(text).toContain("<Iptc4xmpExt:CountryCode>FR<");
    for (const finer of ["GPSLatitude", "decimalLatitude", "Paris", "Île-de-France"]) expect(text).not.toContain(finer);
    // Decided anew, it is written anew, and the first version leaves nothing behind.
    await say("/decisions", {
      pictures: [id],
      verdict: { kind: "accept", level: "point", pin: { lat: 48.85, lng: 2.35 } },
    });
    await told("/write", {});
    expect(readFileSync(join(photos, "alone.jpg.xmp"), "utf8")).toContain("GPSLatitude");
    await told("/undo", {});
    expect(existsSync(join(photos, "alone.jpg.xmp"))).toBe(false);
    expect(await stateOf(id)).toBe("accepted");
    await told("/undo", {});
    expect(await stateOf(id)).toBe("queue");
  });

  it("lets no estimate stand above a file, nor above another program's sidecar, and a person above both", async () => {
    const bergen = await idOf("bergen.jpg");
    const refused = await say("/decisions", { pictures: [bergen], verdict: { kind: "accept" } });
    expect([refused.status, sentence(refused)]).toEqual([
      400,
      "trip/bergen.jpg: its own file says where it was taken, which an estimate does not replace; set the pin yourself to do so",
    ]);
    // Of several, the others are accepted.
    const both = await told("/decisions", { pictures: [await idOf("scan.jpg"), bergen], verdict: { kind: "accept" } });
    expect(both.refused).toEqual([
      { picture: bergen, code: "refused", error: expect.stringContaining("its own file") },
    ]);
    expect(await stateOf(await idOf("scan.jpg"))).toBe("accepted");
    await told("/undo", {});
    expect(await stateOf(await idOf("scan.jpg"))).toBe("queue");

    const id = await idOf("again.jpg");
    await say("/decisions", { pictures: [id], verdict: { kind: "accept" } });
    const sidecar = join(photos, "again.jpg.xmp");
    const theirs =
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="10,0N" exif:GPSLongitude="20,0E"/></rdf:RDF></x:xmpmeta>';
    writeFileSync(sidecar, theirs);
    const [kept] = await told("/write", {});
    expect(kept.error).toContain("its sidecar has a place already, which an estimate does not replace");
    expect(readFileSync(sidecar, "utf8")).toBe(theirs);
    await say("/decisions", { pictures: [id], verdict: { kind: "accept", pin: { lat: 1, lng: 2 } } });
    expect((await told("/write", {}))[0].sidecar).toBe(sidecar);
    // Changed by another program since: left as it is, and said; what was decided before can be taken back all the same.
    writeFileSync(sidecar, theirs);
    expect((await told("/undo", {}))[0].error).toContain("has been changed since by another program");
    expect(readFileSync(sidecar, "utf8")).toBe(theirs);
    rmSync(sidecar);
    expect(await told("/undo", {})).toEqual([{ picture: id }]);
    expect(await stateOf(id)).toBe("queue");
  });

  it("takes no estimate for what a file says, not even out of its own sidecars", async () => {
    const id = await idOf("alone.jpg");
    await say("/decisions", { pictures: [id], verdict: { kind: "accept" } });
    await told("/write", {});
    utimesSync(join(photos, "alone.jpg.xmp"), new Date(), new Date());
    await scan();
    expect((await get(`/pictures/${id}`)).recorded).toBeNull();
    for (const { places } of await known(await idOf("scan.jpg")))
      expect(places.map((p) => p.path)).not.toContain("alone.jpg");
    // Neither does another library.
    const other = ["--library", join(root, "other")];
    await inThisProcess(["library", "add", photos, ...other]);
    const listed = (await inThisProcess(["library", "list", "--json", "--text", "alone", ...other])).stdout;
    expect(JSON.parse(listed)).toMatchObject({ state: "queue", recorded: null });
    // To reject it takes the sidecar away; to take that back asks to write it again.
    await say("/decisions", { pictures: [id], verdict: { kind: "reject" } });
    expect(sidecars()).toEqual([]);
    await told("/undo", {});
    expect(await stateOf(id)).toBe("accepted");
    await told("/undo", {});
    expect(await stateOf(id)).toBe("queue");
  });

  it("writes no estimate over a place that the file has got since, nor about a picture that is another by now", async () => {
    const file = join(photos, "again.jpg");
    const before = readFileSync(file);
    const id = await idOf("again.jpg");
    await say("/decisions", { pictures: [id], verdict: { kind: "accept" } });
    // The same name, another picture.
    writeFileSync(file, await photograph({ seed: 20 }));
    await scan();
    expect(await stateOf(id)).toBe("queue");
    expect((await get(`/pictures/${id}`)).decision).toBeNull();
    expect((await told("/write", { pictures: [id] }))[0].error).toContain("only accepted pictures are written");
    writeFileSync(file, before);
    await scan();
    await told(`/pictures/${id}/locate`, {});
    await say("/decisions", { pictures: [id], verdict: { kind: "accept" } });
    // A sidecar of another program comes beside it, under its other name.
    writeFileSync(
      join(photos, "again.XMP"),
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="10,0N" exif:GPSLongitude="20,0E"/></rdf:RDF></x:xmpmeta>',
    );
    await scan();
    expect((await get(`/pictures/${id}`)).recorded).toEqual({ lat: 10, lng: 20 });
    expect((await told("/write", { pictures: [id] }))[0].error).toContain("its own file says where it was taken");
    const csv = (await raw(server, "/api/library/export")).body.toString();
    expect(csv).toMatch(/^again\.jpg,.*,file,point,10\.000000,20\.000000/m);
    rmSync(join(photos, "again.XMP"));
    await told("/undo", {});
    await scan();
    expect(await stateOf(id)).toBe("queue");
  });

  it("leaves names that somebody has written to somebody, and lets a person change them", async () => {
    const id = await idOf("alone.jpg");
    const sidecar = join(photos, "alone.jpg.xmp");
    const theirs = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"><Iptc4xmpExt:LocationCreated><rdf:Bag><rdf:li rdf:parseType="Resource"><Iptc4xmpExt:City>Reykjavik</Iptc4xmpExt:City></rdf:li></rdf:Bag></Iptc4xmpExt:LocationCreated></rdf:Description></rdf:RDF></x:xmpmeta>`;
    writeFileSync(sidecar, theirs);
    await say("/decisions", { pictures: [id], verdict: { kind: "accept", level: "country" } });
    expect((await told("/write", { pictures: [id] }))[0].sidecar).toBe(sidecar);
    expect(readFileSync(sidecar, "utf8")).toContain("Reykjavik");
    expect(readFileSync(sidecar, "utf8")).not.toContain("CountryName");
    await say("/decisions", {
      pictures: [id],
      verdict: { kind: "accept", level: "city", pin: { lat: 48.85, lng: 2.35 } },
    });
    await told("/write", { pictures: [id] });
    expect(readFileSync(sidecar, "utf8")).not.toContain("Reykjavik");
    await told("/undo", {});
    expect(readFileSync(sidecar, "utf8")).toBe(theirs);
  });

  it("accepts what was shown, and nothing that has come since", async () => {
    const id = await idOf("alone.jpg");
    const shown = (await get(`/pictures/${id}`)).estimate.madeAt;
    await raw(server, `/api/library/pictures/${id}/locate?seed=9`, { method: "POST" });
    const late = await say("/decisions", { pictures: [id], verdict: { kind: "accept", madeAt: shown } });
    expect([late.status, sentence(late)]).toEqual([
      400,
      "alone.jpg: has been estimated anew since it was shown; look at it again",
    ]);
    const { madeAt } = (await get(`/pictures/${id}`)).estimate;
    expect((await say("/decisions", { pictures: [id], verdict: { kind: "accept", madeAt } })).status).toBe(200);
    await told("/undo", {});
  });

  it("lets a person place what no program can read", async () => {
    const id = await idOf("broken.jpg");
    expect(sentence(await say("/decisions", { pictures: [id], verdict: { kind: "accept" } }))).toBe(
      "broken.jpg: has no estimate to accept",
    );
    await say("/decisions", { pictures: [id], verdict: { kind: "accept", pin: { lat: 1, lng: 2 } } });
    expect((await told("/write", {}))[0].sidecar).toBe(join(photos, "broken.jpg.xmp"));
    await told("/undo", {});
    expect([sidecars(), await stateOf(id)]).toEqual([[], "unreadable"]);
  });

  it("does one thing after another when it is asked twice, and while others open the index", async () => {
    const pictures = [await idOf("alone.jpg"), await idOf("scan.jpg"), await idOf("again.jpg")];
    await say("/decisions", { pictures, verdict: { kind: "accept", pin: { lat: 1, lng: 2 } } });
    const opened = Array.from({ length: 3 }, () => geodrift(["library", "status", ...library]));
    const [first, second] = await Promise.all([told("/write", { pictures }), told("/write", { pictures })]);
    await Promise.all(opened);
    expect(first.filter((o: { sidecar?: string }) => o.sidecar)).toHaveLength(3);
    expect(second.every((o: { error: string }) => /only accepted pictures are written/.test(o.error))).toBe(true);
    expect(sidecars()).toHaveLength(3);
    expect(await told("/undo", {})).toHaveLength(3);
    expect(sidecars()).toEqual([]);
  });

  it("gives evidence of what it took in besides, and says that no command repeats it", async () => {
    const id = await idOf("lost-1.jpg");
    const { body } = await raw(server, `/api/library/pictures/${id}/evidence?timeNeighbours=60`);
    const files = unzipSync(new Uint8Array(body));
    const { places } = JSON.parse(new TextDecoder().decode(files["known.json"]));
    expect(places[0].places[0].path).toBe("trip/bergen.jpg");
    const text = new TextDecoder().decode(files["evidence.txt"]);
    expect(text).toContain("1 taken within 30 minutes");
    expect(text).toContain("no command takes in the places and outlines of known.json");
  });

  it("reaches nothing outside of the library: links, folders that become links, pictures that are gone", async () => {
    const secret = join(root, "secret.jpg");
    writeFileSync(secret, await photograph({ seed: 9 }));
    mkdirSync(join(root, "elsewhere"), { recursive: true });
    writeFileSync(join(root, "elsewhere", "hidden.jpg"), await photograph({ seed: 10 }));
    symlinkSync(secret, join(photos, "link.jpg"));
    symlinkSync(join(root, "elsewhere"), join(photos, "linked"));
    mkdirSync(join(photos, "later"));
    writeFileSync(join(photos, "later", "hidden.jpg"), await photograph({ seed: 11 }));
    await scan();
    expect((await get("/pictures?text=link")).pictures).toEqual([]);
    const id = await idOf("later/hidden.jpg");
    // Between the scan and the question, the folder is exchanged.
    rmSync(join(photos, "later"), { recursive: true });
    symlinkSync(join(root, "elsewhere"), join(photos, "later"));
    const thumbnail = await raw(server, `/api/library/pictures/${id}/thumbnail`);
    expect([thumbnail.status, sentence(thumbnail)]).toEqual([
      404,
      "lies behind a link, which the library does not follow",
    ]);
    const located = await raw(server, `/api/library/pictures/${id}/locate`, { method: "POST" });
    expect([located.status, sentence(located)]).toEqual([404, "lies behind a link, which the library does not follow"]);
    await acceptAt(id, { lat: 1, lng: 2 });
    expect((await told("/write", { pictures: [id] }))[0].error).toBe(
      "lies behind a link, which the library does not follow",
    );
    expect(readdirSync(join(root, "elsewhere"))).toEqual(["hidden.jpg"]);
    rmSync(join(photos, "later"));
    expect((await told("/write", { pictures: [id] }))[0].error).toBe("the picture is gone");
    rmSync(join(photos, "link.jpg"));
    rmSync(join(photos, "linked"));
    // A sidecar that is a link would write to where it leads.
    const alone = await idOf("alone.jpg");
    writeFileSync(join(root, "victim.xmp"), "precious");
    symlinkSync(join(root, "victim.xmp"), join(photos, "alone.jpg.xmp"));
    await acceptAt(alone, { lat: 1, lng: 2 });
    expect((await told("/write", { pictures: [alone] }))[0].error).toContain("its sidecar is no plain file");
    expect(readFileSync(join(root, "victim.xmp"), "utf8")).toBe("precious");
    rmSync(join(photos, "alone.jpg.xmp"));
    expect((await raw(server, "/api/library/pictures/99999")).status).toBe(404);
    expect((await raw(server, "/api/library/pictures/1%2f..%2f..")).status).toBe(400);
    untouched();
  });

  it("leaves a sidecar that it does not understand as it is", async () => {
    const alone = await idOf("alone.jpg");
    await acceptAt(alone, { lat: 1, lng: 2 });
    const sidecar = join(photos, "alone.jpg.xmp");
    for (const [theirs, words] of [
      ["<x:xmpmeta", /its XML is damaged/],
      [Buffer.from([0xff, 0xfe, 0x3c, 0x00]), /its text is not UTF-8/],
      ["<svg/>", /an element rdf:RDF is needed/],
    ] as const) {
      writeFileSync(sidecar, theirs);
      expect((await told("/write", { pictures: [alone] }))[0].error).toMatch(words);
      expect(readFileSync(sidecar)).toEqual(Buffer.from(theirs));
    }
  });

  it("does not write about a picture that has changed since it was looked at", async () => {
    const id = await idOf("scan.jpg");
    await acceptAt(id, { lat: 1, lng: 2 });
    const file = join(photos, "scan.jpg");
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from("more")]));
    expect((await told("/write", { pictures: [id] }))[0].error).toContain("has changed since it was scanned");
    expect(sidecars()).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)("says that a folder is read-only", async () => {
    const alone = await idOf("alone.jpg");
    await acceptAt(alone, { lat: 1, lng: 2 });
    chmodSync(photos, 0o555);
    try {
      expect((await told("/write", { pictures: [alone] }))[0].error).toContain("the folder is not writable");
    } finally {
      chmodSync(photos, 0o755);
    }
  });

  it("takes in tracks, and says what is none", async () => {
    const post = (body: string) => raw(server, "/api/library/tracks?name=b.gpx", { method: "POST", body });
    const gpx =
      '<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg><trkpt lat="10" lon="20"><time>2024-05-01T17:59:00Z</time></trkpt><trkpt lat="11" lon="21"><time>2024-05-01T17:30:00Z</time></trkpt></trkseg></trk></gpx>';
    expect(JSON.parse((await post(gpx)).body.toString())).toEqual({ points: 2 });
    // Without --clock the camera's clock counts as UTC.
    const [{ kind, places }] = await get(`/pictures/${await idOf("lost-2.jpg")}/known?track=true`);
    expect([kind, places[0].lat, places[0].lng, places[0].minutes]).toEqual(["track", 10, 20, -1]);
    const large = await post("x".repeat(9 * 2 ** 20));
    expect([large.status, sentence(large)]).toEqual([413, "a track has at most 8 MiB here"]);
    expect(sentence(await post("<svg/>"))).toContain("its root is no gpx element");
    expect(sentence(await post("<gpx/>"))).toBe("holds no point that has a time");
    expect(sentence(await post("hello"))).toContain("a GPX file is needed, this is none");
  });

  it("lists what was decided, refuses what makes no sense, and overlooks no misspelt question", async () => {
    const id = await idOf("alone.jpg");
    await say("/decisions", {
      pictures: [id],
      verdict: { kind: "accept", level: "country", pin: { lat: 48.85, lng: 2.35 } },
    });
    const { stdout } = await inThisProcess(["library", "list", "--text", "alone", ...library]);
    expect(stdout).toBe("alone.jpg: accepted; France (a person's pin)\n");
    await told("/undo", {});
    const atSea = await say("/decisions", {
      pictures: [id],
      verdict: { kind: "accept", level: "city", pin: { lat: 0, lng: -30 } },
    });
    expect(sentence(atSea)).toBe("alone.jpg: the pin is near no city; say it as a point");
    const bergen = await say("/decisions", { pictures: [await idOf("bergen.jpg")], verdict: { kind: "reject" } });
    expect(sentence(bergen)).toBe(
      "trip/bergen.jpg: its own file says where it was taken, there is no estimate to reject",
    );
    const misspelt = await raw(server, "/api/library/export?obscured=true");
    expect([misspelt.status, sentence(misspelt)]).toEqual([400, 'Unrecognized key: "obscured"']);
    expect((await raw(server, "/api/library/pictures?stat=queue")).status).toBe(400);
    const nowhere = await say("/folders", { path: join(root, "nowhere") });
    expect([nowhere.status, sentence(nowhere)]).toEqual([404, `${join(root, "nowhere")}: no such folder`]);
  });

  it("finds pictures by camera, day and place, on the command line and over HTTP", async () => {
    const listed = async (...args: string[]) => {
      const { stdout } = await inThisProcess(["library", "list", "--json", ...args, ...library]);
      return stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line).path);
    };
    expect(await listed("--from", "2024-05-01", "--to", "2024-05-01")).toEqual([
      "trip/bergen.jpg",
      "trip/lost-1.jpg",
      "trip/lost-2.jpg",
    ]);
    expect(await listed("--to", "2024-04-30")).toEqual([]);
    expect(await listed("--camera", "Nobody's")).toEqual([]);
    // Estimates stand where they lie, too: here where a neighbour in time is.
    expect(await listed("--where", "within:1:60.39,5.32")).toEqual(["trip/bergen.jpg", "trip/lost-1.jpg"]);
    expect(await listed("--where", "within:1:60.39,5.32", "--state", "located")).toEqual(["trip/bergen.jpg"]);
    const wrong = await inThisProcess(["library", "list", "--where", "Norwegen", ...library]);
    expect([wrong.code, wrong.stderr]).toEqual([expect.any(Number), expect.stringContaining("Norwegen")]);
    expect((await inThisProcess(["library", "list", "--from", "May", ...library])).stderr).toContain(
      'a day is written as 2024-05-01, got "May"',
    );
    const near = await get(`/pictures?state=located&where=${encodeURIComponent("within:1:60.39,5.32")}`);
    expect(near.pictures.map((p: { path: string }) => p.path)).toEqual(["trip/bergen.jpg"]);
    const { ids } = await get("/ids?order=time");
    expect(ids.length).toBe(7);
    const { ids: standing, by, nowhere } = await get("/places");
    expect(by[standing.indexOf(await idOf("bergen.jpg"))]).toBe("file");
    expect(by.filter((kind: string) => kind === "estimate").length).toBeGreaterThan(1);
    expect(standing.length + nowhere).toBe(7);
    expect(await get("/days")).toEqual({ days: [{ day: "2024-05-01", pictures: 3 }], undated: 4 });
    expect((await get(`/several?ids=${ids[1]},999,${ids[0]}`)).map((p: { id: number }) => p.id)).toEqual([
      ids[1],
      ids[0],
    ]);
    // The track that was taken in is two hours behind the camera.
    const track = await get(`/pictures/${await idOf("lost-2.jpg")}/track?clockMinutes=120`);
    expect([track.lines.length, track.lines[0].length]).toEqual([1, 2]);
    expect(track.moment.lat).toBeCloseTo(60.305, 3);
    const disk = await get(`/disk?path=${encodeURIComponent(photos)}`);
    expect(disk).toMatchObject({ path: photos, folders: [{ name: "trip" }], pictures: 4 });
    expect((await raw(server, "/api/library/disk?path=/nowhere/at/all")).status).toBe(404);
  });

  it("finds pictures that it has twice, by their bytes and by their looks, and touches none", async () => {
    cpSync(join(photos, "alone.jpg"), join(photos, "trip/copy.jpg"));
    await inThisProcess(["library", "add", photos, ...library]);
    const before = contents(photos);
    const { stdout, code } = await inThisProcess(["library", "duplicates", ...library]);
    // What cannot be decoded was said when it was scanned.
    expect(code).toBe(0);
    expect(stdout).toBe("the same: alone.jpg; trip/copy.jpg\nalike: trip/lost-1.jpg; trip/lost-2.jpg\n2 groups\n");
    const json = await inThisProcess(["library", "duplicates", "--json", "--limit", "1", ...library]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      kind: "bytes",
      pictures: [{ path: "alone.jpg" }, { path: "trip/copy.jpg" }],
    });
    expect(contents(photos)).toEqual(before);
    expect(await get("/duplicates")).toMatchObject({ of: 2, unlooked: 0 });
  });

  it("exports what is known, and who says so", async () => {
    await acceptAt(await idOf("alone.jpg"), { lat: 1, lng: 2 });
    const csv = (await raw(server, "/api/library/export?format=csv")).body.toString();
    expect(csv).toMatch(/^trip\/bergen\.jpg,\w+,2024-05-01T12:00:00,Maker Camera,file,point,60\.390000,5\.320000/m);
    expect(csv).toMatch(/^alone\.jpg,.*,person,point,1\.000000,2\.000000,1000/m);
    const { stdout } = await inThisProcess(["library", "export", "--obscure", "--format", "geojson", ...library]);
    const [first] = JSON.parse(stdout).features;
    expect(first.geometry.type).toBe("Polygon");
    expect(stdout).not.toContain("60.39");
  });
});

describe("after a crash", () => {
  it("in the middle of a scan, the index opens again and the scan goes on", async () => {
    const many = join(root, "many");
    mkdirSync(many);
    const bytes = await photograph({ seed: 12 });
    for (let i = 0; i < 1500; i++)
      writeFileSync(join(many, `${i}.jpg`), Buffer.concat([bytes, Buffer.from(String(i))]));
    const before = contents(many);
    const own = ["--library", join(root, "crashed")];
    const { child, outcome } = start(["library", "add", many, ...own]);
    // Killed as soon as some of it is in the index.
    for (let size = 0; size < 60_000; ) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const wal = join(root, "crashed", "index.db-wal");
      size = existsSync(wal) ? statSync(wal).size : 0;
      if (child.exitCode !== null) break;
    }
    child.kill("SIGKILL");
    await outcome;
    const { stdout } = await inThisProcess(["library", "add", many, ...own]);
    const [, read] = /1500 pictures, (\d+) new or changed/.exec(stdout) ?? [];
    expect(Number(read)).toBeGreaterThan(0);
    const status = JSON.parse((await inThisProcess(["library", "status", "--json", ...own])).stdout);
    expect(status.counts.queue).toBe(1500);
    expect(contents(many)).toEqual(before);
  });

  it("in the middle of writing, there are whole sidecars or none, and the rest is written afterwards", async () => {
    const many = join(root, "some");
    mkdirSync(many);
    const bytes = await photograph({ seed: 13 });
    for (let i = 0; i < 400; i++) writeFileSync(join(many, `${i}.jpg`), Buffer.concat([bytes, Buffer.from(String(i))]));
    const before = contents(many);
    const own = ["--library", join(root, "written")];
    await inThisProcess(["library", "add", many, ...own]);
    const accept = async (server: TestServer) => {
      const pictures = Array.from({ length: 400 }, (_, i) => i + 1);
      await raw(server, "/api/library/decisions", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ pictures, verdict: { kind: "accept", pin: { lat: 1, lng: 2 } } }),
      });
    };
    const write = (server: TestServer) =>
      raw(server, "/api/library/write", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      });
    const first = await startServer(own);
    await accept(first);
    const cut = write(first).catch(() => undefined);
    while (readdirSync(many).filter((f) => f.endsWith(".xmp")).length < 20)
      await new Promise((resolve) => setTimeout(resolve, 1));
    first.child.kill("SIGKILL");
    await cut;
    // What a kill between opening and renaming leaves.
    const written = readdirSync(many).filter((f) => f.endsWith(".xmp") && !f.startsWith("."));
    expect(written.length).toBeLessThan(400);
    for (const name of written)
      expect(readFileSync(join(many, name), "utf8").trimEnd()).toMatch(/<\?xpacket end="w"\?>$|<\?xpacket end='w'\?>$/);
    const second = await startServer(own);
    try {
      expect(readdirSync(many).filter((f) => f.endsWith(".partial"))).toEqual([]);
      const outcomes = JSON.parse((await write(second)).body.toString());
      expect(outcomes.filter((o: { error?: string }) => o.error)).toEqual([]);
      expect(readdirSync(many).filter((f) => f.endsWith(".xmp"))).toHaveLength(400);
    } finally {
      await second.stop();
    }
    expect(contents(many)).toMatchObject(before);
  });

  it("of a full or a read-only disk, no half-written sidecar stands, and it is said", async ({ skip }) => {
    // A file system of 100 kilobytes wants rights that not every machine gives.
    const small = join(root, "small");
    mkdirSync(small);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=100k", "tmpfs", small], { stdio: "ignore" });
    } catch {
      skip("file systems cannot be mounted here");
    }
    try {
      writeFileSync(join(small, "a.jpg"), await photograph({ seed: 14 }));
      const own = ["--library", join(root, "full")];
      await inThisProcess(["library", "add", small, ...own]);
      const server = await startServer(own);
      try {
        const say = (path: string, body: object) =>
          raw(server, `/api/library/${path}`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(body),
          });
        await say("decisions", { pictures: [1], verdict: { kind: "accept", pin: { lat: 1, lng: 2 } } });
        let filled = 0;
        try {
          for (; ; filled++) writeFileSync(join(small, `fill-${filled}`), Buffer.alloc(4096));
        } catch {
          // Full now.
        }
        rmSync(join(small, `fill-${filled}`), { force: true });
        const [outcome] = JSON.parse((await say("write", {})).body.toString());
        expect(outcome.error).toBe("its sidecar is not written: the disk is full");
        expect(readdirSync(small).filter((f) => f.includes(".xmp"))).toEqual([]);
        rmSync(join(small, "fill-0"));
        execFileSync("mount", ["-o", "remount,ro", small]);
        const [closed] = JSON.parse((await say("write", {})).body.toString());
        expect(closed.error).toBe("its sidecar is not written: the folder is read-only");
        execFileSync("mount", ["-o", "remount,rw", small]);
        // Nor can anything be taken back, and what cannot is not forgotten.
        await say("write", {});
        execFileSync("mount", ["-o", "remount,ro", small]);
        const [kept] = JSON.parse((await say("undo", {})).body.toString());
        expect(kept.error).toBe("its sidecar is not taken back: the folder is read-only");
        execFileSync("mount", ["-o", "remount,rw", small]);
        expect(JSON.parse((await say("undo", {})).body.toString())).toEqual([{ picture: 1 }]);
        expect(readdirSync(small).filter((f) => f.includes(".xmp"))).toEqual([]);
        await say("decisions", { pictures: [1], verdict: { kind: "accept", pin: { lat: 1, lng: 2 } } });
        expect(JSON.parse((await say("write", {})).body.toString())[0].sidecar).toBe(join(small, "a.jpg.xmp"));
      } finally {
        await server.stop();
      }
    } finally {
      execFileSync("umount", [small]);
    }
  });

  it("of a folder that is not mounted today, nothing is forgotten", async () => {
    const away = join(root, "away");
    renameSync(photos, away);
    const { stderr, code } = await inThisProcess(["library", "add", photos, ...library]);
    expect([code, stderr]).toEqual([1, `${photos}: no such folder\n`]);
    const { counts, missing } = JSON.parse((await inThisProcess(["library", "status", "--json", ...library])).stdout);
    expect(missing).toBeLessThanOrEqual(1);
    expect(counts.located).toBe(1);
    renameSync(away, photos);
    untouched();
  });

  it("of a write, undone or not, what was decided is known when the index opens", async () => {
    const some = join(root, "undone");
    mkdirSync(some);
    const bytes = await photograph({ seed: 15 });
    for (let i = 0; i < 300; i++) writeFileSync(join(some, `${i}.jpg`), Buffer.concat([bytes, Buffer.from(String(i))]));
    const own = ["--library", join(root, "undoing")];
    await inThisProcess(["library", "add", some, ...own]);
    const say = (server: TestServer, path: string, body: object) =>
      raw(server, `/api/library/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const pictures = Array.from({ length: 300 }, (_, i) => i + 1);
    const first = await startServer(own);
    await say(first, "decisions", { pictures, verdict: { kind: "accept", pin: { lat: 1, lng: 2 } } });
    await say(first, "write", {});
    const cut = say(first, "undo", {}).catch(() => undefined);
    const left = () => readdirSync(some).filter((f) => f.endsWith(".xmp")).length;
    while (left() > 280) await new Promise((resolve) => setTimeout(resolve, 1));
    first.child.kill("SIGKILL");
    await cut;
    const second = await startServer(own);
    try {
      const { counts } = JSON.parse((await raw(second, "/api/library")).body.toString());
      // Every picture is written and has its sidecar, or is not and has none.
      expect(counts.written).toBe(left());
      await say(second, "undo", {});
      expect(left()).toBe(0);
      const after = JSON.parse((await raw(second, "/api/library")).body.toString());
      expect(after.counts.queue).toBe(300);
    } finally {
      await second.stop();
    }
    const { stdout } = await inThisProcess(["library", "forget", some, ...own]);
    expect(stdout).toBe(`${some}: 300 pictures forgotten\n`);
    expect((await inThisProcess(["library", "add", some, ...own])).stdout).toContain("300 new or changed");
  });
});
