import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { accepted, pin, theirs } from "../../../../test/library/accepted.js";
import { archive } from "../../../../test/library/archive.js";
import { sha256Of } from "../files/hash.js";
import { xmpPlace } from "./decided-place.js";
import { decide, decideAndTidy, undo } from "./decisions.js";
import { scanFolder } from "./scan.js";
import { isChangedSince, takeBack, writeSidecars } from "./write-sidecars.js";
import { placeOfSidecar, withPlace } from "./xmp.js";

const own = archive();
describe("a sidecar that is written", () => {
  it("says the place of the pin, beside a picture that stays as it is", async () => {
    const { library, one, sidecar, file, write, state, leftOver } = await accepted(own, "pin");
    expect(await write()).toEqual([{ picture: one, sidecar }]);
    const place = placeOfSidecar(readFileSync(sidecar, "utf8"));
    expect([place?.lat, place?.lng, place?.method]).toEqual([
      expect.closeTo(60.39, 6),
      expect.closeTo(5.32, 6),
      "MANUAL",
    ]);
    expect(sha256Of(readFileSync(file))).toBe((await library.store.pictures.get(one)).sha256);
    expect([await state(), leftOver()]).toEqual(["written", []]);
  });

  it("is not read by the next scan, and is nobody's word where it is an estimate", async () => {
    const { library, root, sidecar, one, write } = await accepted(own, "estimate");
    await write();
    expect(placeOfSidecar(readFileSync(sidecar, "utf8"))?.method).toBe("GEODRIFT");
    expect(await scanFolder(library, root)).toMatchObject({ found: 1, read: 0 });
    expect(await library.store.pictures.get(one)).toMatchObject({ state: "written", recorded: null });
  });

  it("holds what another program wrote, and gives it back bit for bit", async () => {
    for (const before of [theirs(), `\uFEFF${theirs()}\r\n\r\n`]) {
      const { sidecar, write, library, state } = await accepted(own, "pin", before);
      await write();
      expect(readFileSync(sidecar, "utf8")).toContain('xmp:Rating="4"');
      expect(placeOfSidecar(readFileSync(sidecar, "utf8"))?.lat).toBeCloseTo(60.39, 6);
      expect(await undo(library)).toEqual([{ picture: expect.any(Number) }]);
      expect(readFileSync(sidecar, "utf8")).toBe(before);
      expect(await state()).toBe("queue");
    }
  });

  it("goes into the one that another program keeps, if that is asked for, and gives it back bit for bit", async () => {
    const { library, one, file, sidecar, state } = await accepted(own, "pin");
    const lightroom = file.replace(/\.[^.]*$/, ".xmp");
    writeFileSync(lightroom, theirs());
    expect(await writeSidecars(library, [one], { intoExisting: true })).toEqual([{ picture: one, sidecar: lightroom }]);
    expect(existsSync(sidecar)).toBe(false);
    expect(readFileSync(lightroom, "utf8")).toContain('xmp:Rating="4"');
    expect(placeOfSidecar(readFileSync(lightroom, "utf8"))?.lat).toBeCloseTo(60.39, 6);
    expect(await state()).toBe("written");
    await undo(library);
    expect([readFileSync(lightroom, "utf8"), await state()]).toEqual([theirs(), "queue"]);
    // It stands beside it otherwise.
    await decide(library, [one], { kind: "accept", level: "point", pin });
    expect(await writeSidecars(library, [one])).toEqual([{ picture: one, sidecar }]);
  });

  it("goes beside it where the other program's is of another picture as well", async () => {
    const { library, one, file, sidecar } = await accepted(own, "pin");
    writeFileSync(file.replace(/\.[^.]*$/, ".xmp"), theirs());
    writeFileSync(file.replace(/\.[^.]*$/, ".CR2"), "raw");
    expect(await writeSidecars(library, [one], { intoExisting: true })).toEqual([{ picture: one, sidecar }]);
  });

  it("of a pin is believed, whatever another program has said of its fix", async () => {
    const place = 'exif:GPSStatus="V" exif:GPSLatitudeRef="S"';
    const { sidecar, write } = await accepted(own, "pin", theirs(place));
    await write();
    expect(placeOfSidecar(readFileSync(sidecar, "utf8"))?.lat).toBeCloseTo(60.39, 6);
  });

  it("goes when it is taken back, where there was none", async () => {
    const { library, sidecar, write, state, leftOver } = await accepted(own, "pin");
    await write();
    await undo(library);
    expect([existsSync(sidecar), await state(), leftOver()]).toEqual([false, "queue", []]);
  });

  it("is written over by the next word, and what was there before both comes back", async () => {
    const { library, one, sidecar, write, state } = await accepted(own, "pin", theirs());
    await write();
    await decide(library, [one], { kind: "accept", level: "country", pin: { lat: 48.86, lng: 2.35 } });
    expect(await state()).toBe("accepted");
    await write();
    const text = readFileSync(sidecar, "utf8");
    expect(text).toContain("France");
    // Nothing of the first word is left, for it is merged with what was there before that.
    expect(text).not.toContain("Norway");
    expect(placeOfSidecar(text)).toBeUndefined();
    await undo(library);
    expect(readFileSync(sidecar, "utf8")).toBe(theirs());
    // What the first word wrote no longer stands: it is to be written again.
    expect(await state()).toBe("accepted");
  });

  it("stays when a word is taken back that wrote none", async () => {
    const { library, one, sidecar, write, state } = await accepted(own, "pin");
    await write();
    const text = readFileSync(sidecar, "utf8");
    await decide(library, [one], { kind: "accept", level: "country", pin });
    await undo(library);
    expect([readFileSync(sidecar, "utf8"), await state()]).toEqual([text, "written"]);
  });

  it("goes with the decision when the picture is found to show no place", async () => {
    const { library, one, sidecar, write, state } = await accepted(own, "pin");
    await write();
    expect(await decideAndTidy(library, [one], { kind: "not-a-place" })).toMatchObject({ left: [] });
    expect([existsSync(sidecar), await state()]).toEqual([false, "not-a-place"]);
    await undo(library);
    expect(await state()).toBe("accepted");
  });
});

describe("a sidecar that another program has changed since", () => {
  it.each<[string, (sidecar: string) => void]>([
    ["by a byte", (sidecar) => writeFileSync(sidecar, `${readFileSync(sidecar, "utf8")} `)],
    ["by taking it away", (sidecar) => rmSync(sidecar)],
  ])("%s is left as it is, and is theirs from then on", async (_, change) => {
    const { library, one, root, sidecar, write, state } = await accepted(own, "pin");
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
    expect(await state()).toBe("queue");
    expect(readdirSync(root).map((name) => [name, readFileSync(join(root, name), "utf8")])).toEqual(now);
    await expect(takeBack(library, one)).resolves.toBeUndefined();
  });

  it("for a pipe is not waited for, and neither are writes after it", async () => {
    const { library, one, sidecar, write, state } = await accepted(own, "pin");
    await write();
    rmSync(sidecar);
    execFileSync("mkfifo", [sidecar]);
    const [outcome] = await undo(library);
    expect(outcome).toMatchObject({ picture: one, code: "conflict" });
    expect(await state()).toBe("queue");
    await decide(library, [one], { kind: "accept", level: "point", pin });
    const [refused] = await write();
    expect(refused).toMatchObject({ code: "refused", error: expect.stringContaining("is not written to") });
  });

  it("is said where the picture is rejected", async () => {
    const { library, one, sidecar, write, state } = await accepted(own, "pin");
    await write();
    writeFileSync(sidecar, theirs());
    const { left } = await decideAndTidy(library, [one], { kind: "reject" });
    expect(left).toEqual([{ picture: one, code: "conflict", error: expect.stringContaining("left as it is") }]);
    expect([readFileSync(sidecar, "utf8"), await state()]).toEqual([theirs(), "rejected"]);
  });

  it("is not forgotten where its whole folder is away", async () => {
    const { library, one, root, write } = await accepted(own, "pin");
    await write();
    rmSync(root, { recursive: true });
    const failed = await takeBack(library, one).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: "disk", message: "its sidecar is not taken back: the folder is gone" });
    expect(isChangedSince(failed)).toBe(false);
    expect(await library.store.writes.lastWritten(one)).toBeDefined();
  });
});

describe("an estimate", () => {
  it("is merged into a sidecar without a place, and into one that has an older estimate of ours", async () => {
    const first = await accepted(own, "estimate", theirs());
    await first.write();
    expect(await first.state()).toBe("written");
    const decision = await first.library.store.decisions.for(first.one);
    if (decision?.kind !== "accept") throw new Error("it was accepted");
    const ours = withPlace(undefined, xmpPlace({ ...decision.decided, lat: 10, lng: 10 }));
    const second = await accepted(own, "estimate", ours);
    await second.write();
    expect(placeOfSidecar(readFileSync(second.sidecar, "utf8"))?.lat).toBeCloseTo(60.4, 6);
  });
});
