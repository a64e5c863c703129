import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { archive, fill, idsOf, inOrder, png } from "../../../../test/library/archive.js";
import { sha256Of } from "../files/hash.js";
import { decide } from "./decisions.js";
import { openLibrary } from "./open-library.js";
import { folderPath, type ScanProgress, scanFolder } from "./scan.js";

const { folder, library, scanned } = archive();
let [one, two]: Buffer[] = [];
beforeAll(async () => {
  [one, two] = [await png(1), await png(2)];
});

const sidecarOf = (lat: number, method = "MANUAL"): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="${lat},0N" exif:GPSLongitude="5,0E" exif:GPSProcessingMethod="${method}"/></rdf:RDF></x:xmpmeta>`;

describe("a scan", () => {
  it("reads what is new or has changed, and nothing twice", async () => {
    const { library: own, root, id } = await scanned({ "a.png": one, "x/b.PNG": two, "notes.txt": "no picture" });
    expect(Object.keys(id).sort()).toEqual(["a.png", "x/b.PNG"]);
    const { pictures } = own.store;
    expect(await pictures.get(id["a.png"])).toMatchObject({
      ...{ sha256: sha256Of(one), size: one.length, width: 8, height: 6, album: ".", state: "queue" },
    });
    expect(await scanFolder(own, root)).toEqual({ found: 2, read: 0, missing: 0 });
    writeFileSync(join(root, "a.png"), two);
    utimesSync(join(root, "a.png"), 5, 5);
    expect(await scanFolder(own, root)).toEqual({ found: 2, read: 1, missing: 0 });
    expect(await pictures.get(id["a.png"])).toMatchObject({ sha256: sha256Of(two), modified: 5000 });
  });

  it("says how far it is, last of all what it returns, and when it was", async () => {
    const own = await library();
    const heard: ScanProgress[] = [];
    const end = await scanFolder(own, folder({ "a.png": one }), { onProgress: (p) => heard.push(p) });
    expect(heard.at(-1)).toEqual(end);
    expect(end).toEqual({ found: 1, read: 1, missing: 0 });
    expect((await own.store.folders.all())[0].scannedAt).toBeGreaterThan(0);
  });

  it("ends where whoever reads does so no more, and takes no picture for unreadable because of that", async () => {
    const { library: own, root, id } = await scanned({ "a.png": one });
    fill(root, { "b.png": two });
    utimesSync(join(root, "a.png"), 5, 5);
    const reader = {
      do: () => Promise.reject(new GeodriftError("stopped", "pictures are read no more")) as never,
    };
    await expect(scanFolder(own, root, { reader })).rejects.toMatchObject({ code: "stopped" });
    expect([await idsOf(own), (await own.store.pictures.get(id["a.png"])).state]).toEqual([
      { "a.png": id["a.png"] },
      "queue",
    ]);
    expect(await scanFolder(own, root)).toEqual({ found: 2, read: 2, missing: 0 });
  });

  it("keeps what is known of pictures that are gone, and knows them when they are back", async () => {
    const { library: own, root, id } = await scanned({ "a.png": one, "b.png": two });
    await decide(own, [id["a.png"]], { kind: "not-a-place" });
    renameSync(join(root, "a.png"), join(root, "a.away"));
    expect(await scanFolder(own, root)).toEqual({ found: 1, read: 0, missing: 1 });
    expect(await own.store.pictures.get(id["a.png"])).toMatchObject({ missing: true, state: "not-a-place" });
    // They are counted once.
    expect((await scanFolder(own, root)).missing).toBe(0);
    renameSync(join(root, "a.away"), join(root, "a.png"));
    expect(await scanFolder(own, root)).toEqual({ found: 2, read: 0, missing: 0 });
    expect(await own.store.pictures.get(id["a.png"])).toMatchObject({ missing: false, state: "not-a-place" });
  });

  it("leaves a person's word to the bytes that it was said of", async () => {
    const { library: own, root, id } = await scanned({ "a.png": one, "b.png": one });
    await decide(own, Object.values(id), { kind: "not-a-place" });
    utimesSync(join(root, "a.png"), 5, 5);
    writeFileSync(join(root, "b.png"), two);
    expect((await scanFolder(own, root)).read).toBe(2);
    const states = await inOrder(Object.values(id), async (n) => (await own.store.pictures.get(n)).state);
    expect(states).toEqual(["not-a-place", "queue"]);
  });

  it("does not look into hidden folders, nor at hidden files, nor follow links", async () => {
    const elsewhere = folder({ "c.png": one });
    const root = folder({ "a.png": one, ".hidden/b.png": one, ".b.png": one });
    symlinkSync(join(elsewhere, "c.png"), join(root, "link.png"));
    symlinkSync(elsewhere, join(root, "linked"));
    mkdirSync(join(root, "folder.png"));
    const own = await library();
    expect((await scanFolder(own, root)).found).toBe(1);
    expect(Object.keys(await idsOf(own))).toEqual(["a.png"]);
  });

  it("changes nothing in the folder", async () => {
    const files = { "a.png": one, "a.png.xmp": sidecarOf(10) };
    const { root } = await scanned(files);
    for (const [name, content] of Object.entries(files))
      expect(readFileSync(join(root, name)).equals(Buffer.from(content))).toBe(true);
  });

  it("knows a folder by whatever path leads to it", async () => {
    const { library: own, root } = await scanned({ "a.png": one });
    const link = join(folder(), "link");
    symlinkSync(root, link);
    for (const path of [`${root}/`, relative(process.cwd(), root), link])
      expect(await scanFolder(own, path)).toEqual({ found: 1, read: 0, missing: 0 });
    expect(await folderPath(link)).toBe(root);
    expect((await own.store.folders.all()).length).toBe(1);
  });
});

describe("a picture that cannot be read", () => {
  it("costs itself alone, and says why", async () => {
    const { library: own, id } = await scanned({ "a.png": one, "empty.png": "", "letter.jpg": "Dear Sir or Madam" });
    const { store } = own;
    expect((await store.pictures.get(id["a.png"])).state).toBe("queue");
    expect(await store.lists.one(id["empty.png"])).toMatchObject({
      ...{ state: "unreadable", error: "the file is empty", errorCode: "picture", sha256: null },
    });
    expect(await store.lists.one(id["letter.jpg"])).toMatchObject({
      ...{ state: "unreadable", error: expect.stringContaining("not a picture"), errorCode: "picture", width: null },
    });
  });

  it.skipIf(process.platform !== "linux")("for its name is not UTF-8 is not left out without a word", async () => {
    const root = folder({ "a.png": one });
    const raw = Buffer.concat([Buffer.from(`${root}/b`), Buffer.from([0xff]), Buffer.from(".png")]);
    writeFileSync(raw, two);
    const closed = Buffer.concat([Buffer.from(`${root}/c`), Buffer.from([0xfe])]);
    mkdirSync(closed);
    writeFileSync(Buffer.concat([closed, Buffer.from("/d.png")]), two);
    const own = await library();
    expect((await scanFolder(own, root)).found).toBe(3);
    // One that can be opened may have the very name that another is told by.
    const alike = folder({ "a\ufffd.png": one });
    writeFileSync(Buffer.concat([Buffer.from(`${alike}/a`), Buffer.from([0xff]), Buffer.from(".png")]), two);
    expect((await scanFolder(await library(), alike)).found).toBe(2);
    const errors = await inOrder(
      Object.values(await idsOf(own)),
      async (id) => (await own.store.lists.one(id))?.error ?? null,
    );
    const untellable = "its name is not UTF-8, by which it could be opened; rename it";
    expect(errors.sort()).toEqual([untellable, untellable, null].sort());
    // And it is the same word the next time.
    expect(await scanFolder(own, root)).toMatchObject({ found: 3, missing: 0 });
  });

  it("is one of the queue once it is whole", async () => {
    const { library: own, root, id } = await scanned({ "a.png": one.subarray(0, 12) });
    expect((await own.store.pictures.get(id["a.png"])).state).toBe("unreadable");
    writeFileSync(join(root, "a.png"), one);
    await scanFolder(own, root);
    expect(await own.store.lists.one(id["a.png"])).toMatchObject({ state: "queue", error: null, errorCode: null });
  });
});

describe("what a scan reads", () => {
  it("is the size as the picture is shown, the time, the clock, the camera and the place of its EXIF", async () => {
    const photo = await sharp(await png(3, 20, 10))
      .withMetadata({ orientation: 6 })
      .withExifMerge({
        IFD0: { Make: "Maker", Model: "One" },
        IFD2: { DateTimeOriginal: "2024:05:01 12:00:00", OffsetTimeOriginal: "-03:30" },
        IFD3: {
          GPSLatitude: "33/1 30/1 0/1",
          GPSLatitudeRef: "S",
          GPSLongitude: "70/1 15/1 0/1",
          GPSLongitudeRef: "W",
        },
      })
      .jpeg()
      .toBuffer();
    const { library: own, id } = await scanned({ "a.jpg": photo });
    expect(await own.store.pictures.get(id["a.jpg"])).toMatchObject({
      ...{ state: "located", recorded: { lat: -33.5, lng: -70.25 }, camera: "Maker One" },
      ...{ takenAt: Date.UTC(2024, 4, 1, 12), utcOffsetMinutes: -210, width: 10, height: 20 },
    });
  });

  it.each<[string, Record<string, string>, number | null]>([
    ["beside it", { "a.png.xmp": sidecarOf(10) }, 10],
    ["under its name without the ending", { "a.xmp": sidecarOf(20) }, 20],
    ["in upper case", { "A.PNG.XMP": sidecarOf(10) }, 10],
    ["twice, of which the first is believed", { "a.png.xmp": sidecarOf(10), "a.xmp": sidecarOf(20) }, 10],
    ["twice, of which the first is damaged", { "a.png.xmp": "<x", "a.xmp": sidecarOf(20) }, 20],
    ["which is an estimate of ours, and nobody's word", { "a.png.xmp": sidecarOf(10, "GEODRIFT") }, null],
    [
      "which is an estimate, and another's word",
      { "a.png.xmp": sidecarOf(10, "GEODRIFT"), "a.xmp": sidecarOf(20) },
      20,
    ],
    ["of another picture", { "b.png.xmp": sidecarOf(10) }, null],
  ])("has the place of a sidecar %s", async (_, sidecars, lat) => {
    const { library: own, id } = await scanned({ "a.png": one, ...sidecars });
    const { recorded, state } = await own.store.pictures.get(id["a.png"]);
    expect(recorded).toEqual(lat === null ? null : { lat, lng: 5 });
    expect(state).toBe(lat === null ? "queue" : "located");
  });

  it("follows a sidecar that comes and goes, while the picture stays", async () => {
    const { library: own, root, id } = await scanned({ "a.png": one });
    const state = async () => (await own.store.pictures.get(id["a.png"])).state;
    fill(root, { "a.png.xmp": sidecarOf(10) });
    expect([(await scanFolder(own, root)).read, await state()]).toEqual([1, "located"]);
    rmSync(join(root, "a.png.xmp"));
    expect([(await scanFolder(own, root)).read, await state()]).toEqual([1, "queue"]);
  });
});

describe("a folder", () => {
  it("is refused where it overlaps with another of the library, and nothing is kept of it", async () => {
    const { library: own, root } = await scanned({ "x/a.png": one, "xy/b.png": two });
    const inner = await library();
    await scanFolder(inner, join(root, "x"));
    for (const [of, path, words] of [
      [own, join(root, "x"), `lies in ${root}`],
      [inner, root, `holds ${join(root, "x")}`],
    ] as const)
      await expect(scanFolder(of, path)).rejects.toMatchObject({
        code: "refused",
        message: expect.stringContaining(words),
      });
    // A name that begins like another is another.
    expect((await scanFolder(inner, join(root, "xy"))).found).toBe(1);
    expect((await inner.store.folders.all()).map((f) => f.path)).toEqual([join(root, "x"), join(root, "xy")]);
  });

  it.each(["library", "..library", "..", "x/..y/library"])(
    "is refused where it holds the library, in %s",
    async (name) => {
      const root = name === ".." ? folder() : folder({ "a.png": one });
      const path = name === ".." ? root : join(root, name);
      const own = await openLibrary(path, { create: true });
      const scan = scanFolder(own, root);
      await expect(scan).rejects.toMatchObject({
        code: "refused",
        message: expect.stringContaining("holds the library"),
      });
      expect(await own.store.folders.all()).toEqual([]);
      await own.close();
    },
  );

  it("may lie beside the library, or under it", async () => {
    const root = folder({ "a.png": one });
    for (const path of [`${root}-library`, folder()]) {
      const own = await openLibrary(path, { create: true });
      if (!path.endsWith("-library")) fill(path, { "photos/a.png": one });
      const photos = path.endsWith("-library") ? root : join(path, "photos");
      expect((await scanFolder(own, photos)).found).toBe(1);
      await own.close();
    }
  });

  it("that is a file, or is not there, is said", async () => {
    const own = await library();
    const root = folder({ "a.png": one });
    await expect(scanFolder(own, join(root, "a.png"))).rejects.toMatchObject({ code: "refused" });
    await expect(scanFolder(own, join(root, "none"))).rejects.toMatchObject({
      ...{ code: "not-found", message: `${join(root, "none")}: no such folder` },
    });
  });
});
