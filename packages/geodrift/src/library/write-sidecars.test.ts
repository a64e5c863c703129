import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { archive, estimate, idsOf, png } from "../../../../test/library/archive.js";
import { xmpPlace } from "./decided-place.js";
import { decide, decideAndTidy, undo } from "./decisions.js";
import { scanFolder } from "./scan.js";
import { isChangedSince, takeBack, writeSidecars } from "./write-sidecars.js";
import { placeOfSidecar, withPlace } from "./xmp.js";

const { scanned } = archive();
const pin = { lat: 60.39, lng: 5.32 };
let picture: Buffer;
beforeAll(async () => {
  picture = await png(1);
});

/** What another program has written: a rating, and a place if one is given. */
const theirs = (place = ""): string => `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmp:Rating="4" ${place}/>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;
const theirPlace = 'exif:GPSLatitude="1,30.0N" exif:GPSLongitude="2,30.0E"';

/** One picture, accepted by a pin or by its estimate. */
async function accepted(by: "pin" | "estimate", sidecar?: string) {
  const { library, root, id } = await scanned({
    "a.png": picture,
    ...(sidecar !== undefined && { "a.png.xmp": sidecar }),
  });
  const one = id["a.png"];
  estimate(library, one);
  decide(library, [one], { kind: "accept", level: "point", ...(by === "pin" && { pin }) });
  return {
    library,
    one,
    root,
    file: join(root, "a.png"),
    sidecar: join(root, "a.png.xmp"),
    write: () => writeSidecars(library, [one]),
    state: () => library.store.pictures.get(one).state,
    leftOver: () => readdirSync(root).filter((name) => name.startsWith(".")),
  };
}

describe("a sidecar that is written", () => {
  it("says the place of the pin, beside a picture that stays as it is", async () => {
    const { one, sidecar, file, write, state, leftOver } = await accepted("pin");
    expect(await write()).toEqual([{ picture: one, sidecar }]);
    const place = placeOfSidecar(readFileSync(sidecar, "utf8"));
    expect([place?.lat, place?.lng, place?.method]).toEqual([
      expect.closeTo(60.39, 6),
      expect.closeTo(5.32, 6),
      "MANUAL",
    ]);
    expect(readFileSync(file).equals(picture)).toBe(true);
    expect([state(), leftOver()]).toEqual(["written", []]);
  });

  it("is not read by the next scan, and is nobody's word where it is an estimate", async () => {
    const { library, root, sidecar, one, write } = await accepted("estimate");
    await write();
    expect(placeOfSidecar(readFileSync(sidecar, "utf8"))?.method).toBe("GEODRIFT");
    expect(await scanFolder(library, root)).toMatchObject({ found: 1, read: 0 });
    expect(library.store.pictures.get(one)).toMatchObject({ state: "written", recorded: null });
  });

  it("holds what another program wrote, and gives it back bit for bit", async () => {
    for (const before of [theirs(), `\uFEFF${theirs()}\r\n\r\n`]) {
      const { sidecar, write, library, state } = await accepted("pin", before);
      await write();
      expect(readFileSync(sidecar, "utf8")).toContain('xmp:Rating="4"');
      expect(placeOfSidecar(readFileSync(sidecar, "utf8"))?.lat).toBeCloseTo(60.39, 6);
      expect(await undo(library)).toEqual([{ picture: expect.any(Number) }]);
      expect(readFileSync(sidecar, "utf8")).toBe(before);
      expect(state()).toBe("queue");
    }
  });

  it("goes when it is taken back, where there was none", async () => {
    const { library, sidecar, write, state, leftOver } = await accepted("pin");
    await write();
    await undo(library);
    expect([existsSync(sidecar), state(), leftOver()]).toEqual([false, "queue", []]);
  });

  it("is written over by the next word, and what was there before both comes back", async () => {
    const { library, one, sidecar, write, state } = await accepted("pin", theirs());
    await write();
    decide(library, [one], { kind: "accept", level: "country", pin: { lat: 48.86, lng: 2.35 } });
    expect(state()).toBe("accepted");
    await write();
    const text = readFileSync(sidecar, "utf8");
    expect(text).toContain("France");
    // Nothing of the first word is left, for it is merged with what was there before that.
    expect(text).not.toContain("Norway");
    expect(placeOfSidecar(text)).toBeUndefined();
    await undo(library);
    expect(readFileSync(sidecar, "utf8")).toBe(theirs());
    // What the first word wrote no longer stands: it is to be written again.
    expect(state()).toBe("accepted");
  });

  it("stays when a word is taken back that wrote none", async () => {
    const { library, one, sidecar, write, state } = await accepted("pin");
    await write();
    const text = readFileSync(sidecar, "utf8");
    decide(library, [one], { kind: "accept", level: "country", pin });
    await undo(library);
    expect([readFileSync(sidecar, "utf8"), state()]).toEqual([text, "written"]);
  });

  it("goes with the decision when the picture is found to show no place", async () => {
    const { library, one, sidecar, write, state } = await accepted("pin");
    await write();
    expect(await decideAndTidy(library, [one], { kind: "not-a-place" })).toMatchObject({ left: [] });
    expect([existsSync(sidecar), state()]).toEqual([false, "not-a-place"]);
    await undo(library);
    expect(state()).toBe("accepted");
  });
});

describe("a sidecar that another program has changed since", () => {
  it.each<[string, (sidecar: string) => void]>([
    ["by a byte", (sidecar) => writeFileSync(sidecar, `${readFileSync(sidecar, "utf8")} `)],
    ["by taking it away", (sidecar) => rmSync(sidecar)],
  ])("%s is left as it is, and is theirs from then on", async (_, change) => {
    const { library, one, root, sidecar, write, state } = await accepted("pin");
    await write();
    change(sidecar);
    const now = readdirSync(root).map((name) => [name, readFileSync(join(root, name), "utf8")]);
    const [outcome] = await undo(library);
    expect(outcome).toMatchObject({
      picture: one,
      code: "conflict",
      error: expect.stringMatching(/changed since by another/),
    });
    // What was said is taken back all the same.
    expect(state()).toBe("queue");
    expect(readdirSync(root).map((name) => [name, readFileSync(join(root, name), "utf8")])).toEqual(now);
    await expect(takeBack(library, one)).resolves.toBeUndefined();
  });

  it("is said where the picture is rejected", async () => {
    const { library, one, sidecar, write, state } = await accepted("pin");
    await write();
    writeFileSync(sidecar, theirs());
    const { left } = await decideAndTidy(library, [one], { kind: "reject" });
    expect(left).toEqual([{ picture: one, code: "conflict", error: expect.stringContaining("left as it is") }]);
    expect([readFileSync(sidecar, "utf8"), state()]).toEqual([theirs(), "rejected"]);
  });

  it("is not forgotten where its whole folder is away", async () => {
    const { library, one, root, write } = await accepted("pin");
    await write();
    rmSync(root, { recursive: true });
    const failed = await takeBack(library, one).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: "disk", message: "its sidecar is not taken back: the folder is gone" });
    expect(isChangedSince(failed)).toBe(false);
    expect(library.store.writes.lastWritten(one)).toBeDefined();
  });
});

describe("a sidecar is not written", () => {
  it.each<[string, "pin" | "estimate", string | undefined, (files: { file: string; sidecar: string }) => void, object]>(
    [
      [
        "over a link",
        "pin",
        undefined,
        (f) => symlinkSync(f.file, f.sidecar),
        { code: "refused", error: expect.stringContaining("a link or a folder") },
      ],
      [
        "over a folder",
        "pin",
        undefined,
        (f) => mkdirSync(f.sidecar),
        { code: "refused", error: expect.stringContaining("a link or a folder") },
      ],
      [
        "over one that is too large",
        "pin",
        theirs(),
        (f) => truncateSync(f.sidecar, 2 ** 24 + 1),
        { code: "refused", error: expect.stringContaining("16777217 bytes") },
      ],
      [
        "over other text than UTF-8",
        "pin",
        undefined,
        (f) => writeFileSync(f.sidecar, Buffer.from(theirs().replace("4", "\xe4"), "latin1")),
        { code: "data", error: expect.stringContaining("not UTF-8") },
      ],
      [
        "over damaged XML",
        "pin",
        "<x:xmpmeta",
        () => undefined,
        { code: "data", error: expect.stringMatching(/^its sidecar is left as it is: its XML/) },
      ],
      [
        "beside a picture that has grown since",
        "pin",
        undefined,
        (f) => writeFileSync(f.file, "anew"),
        { code: "conflict", error: expect.stringContaining("scan again") },
      ],
      [
        "beside one that was touched since",
        "pin",
        undefined,
        (f) => utimesSync(f.file, 1, 1),
        { code: "conflict", error: expect.stringContaining("scan again") },
      ],
      [
        "beside one that is gone",
        "pin",
        undefined,
        (f) => rmSync(f.file),
        { code: "not-found", error: "the picture is gone" },
      ],
      [
        "for an estimate, where one has a place that came later",
        "estimate",
        undefined,
        (f) => writeFileSync(f.sidecar, theirs(theirPlace)),
        { code: "refused", error: expect.stringContaining("has a place already") },
      ],
      [
        "for an estimate, where the other name has a place",
        "estimate",
        undefined,
        (f) => writeFileSync(f.file.replace(".png", ".xmp"), theirs(theirPlace)),
        { code: "refused", error: expect.stringContaining("has a place already") },
      ],
    ],
  )("%s", async (_, by, before, change, expected) => {
    const { one, root, file, sidecar, write, state, leftOver } = await accepted(by, before);
    change({ file, sidecar });
    const now = readdirSync(root);
    expect(await write()).toEqual([{ picture: one, ...expected }]);
    expect([state(), leftOver(), readdirSync(root)]).toEqual(["accepted", [], now]);
  });

  it("for an estimate where the picture's own file has come to say the place", async () => {
    const { library, root, file, write, state } = await accepted("estimate");
    writeFileSync(file.replace(".png", ".xmp"), theirs(theirPlace));
    await scanFolder(library, root);
    expect(await write()).toMatchObject([{ code: "refused", error: expect.stringContaining("its own file says") }]);
    expect(state()).toBe("accepted");
  });

  it("for pictures that nobody has accepted, nor for unknown ones; the others are written", async () => {
    const { library, one, root } = await accepted("pin");
    writeFileSync(join(root, "b.png"), picture);
    await scanFolder(library, root);
    const other = idsOf(library)["b.png"];
    expect(await writeSidecars(library, [other, 999_999, one])).toEqual([
      { picture: other, code: "refused", error: expect.stringContaining("only accepted pictures") },
      { picture: 999_999, code: "refused", error: expect.stringContaining("only accepted pictures") },
      { picture: one, sidecar: join(dirname(join(root, "b.png")), "a.png.xmp") },
    ]);
  });

  it("where another program is writing the same one, whose file stays", async () => {
    const { library, one, root, sidecar, write, state } = await accepted("pin", theirs());
    const temporary = join(root, `.a.png.xmp.${library.store.decisions.for(one)?.id}.partial`);
    writeFileSync(temporary, "theirs");
    expect(await write()).toMatchObject([
      { code: "disk", error: expect.stringContaining("another program is writing it") },
    ]);
    expect([readFileSync(temporary, "utf8"), readFileSync(sidecar, "utf8"), state()]).toEqual([
      "theirs",
      theirs(),
      "accepted",
    ]);
    expect(library.store.writes.unfinished()).toEqual([]);
    rmSync(temporary);
    expect(await write()).toEqual([{ picture: one, sidecar }]);
  });
});

describe("an estimate", () => {
  it("is merged into a sidecar without a place, and into one that has an older estimate of ours", async () => {
    const first = await accepted("estimate", theirs());
    await first.write();
    expect(first.state()).toBe("written");
    const decision = first.library.store.decisions.for(first.one);
    if (decision?.kind !== "accept") throw new Error("it was accepted");
    const ours = withPlace(undefined, xmpPlace({ ...decision.decided, lat: 10, lng: 10 }));
    const second = await accepted("estimate", ours);
    await second.write();
    expect(placeOfSidecar(readFileSync(second.sidecar, "utf8"))?.lat).toBeCloseTo(60.4, 6);
  });
});
