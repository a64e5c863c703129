import {
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
import { describe, expect, it } from "vitest";
import { accepted, theirPlace, theirs } from "../../../../test/library/accepted.js";
import { archive, idsOf, png } from "../../../../test/library/archive.js";
import { scanFolder } from "./scan.js";
import { writeSidecars } from "./write-sidecars.js";

const own = archive();
describe("a sidecar is not written", () => {
  it.each<[string, "pin" | "estimate", string | undefined, (files: { file: string; sidecar: string }) => void, object]>(
    [
      [
        "over a link",
        "pin",
        undefined,
        (f) => symlinkSync(f.file, f.sidecar),
        { code: "refused", error: expect.stringContaining("no plain file") },
      ],
      [
        "over a folder",
        "pin",
        undefined,
        (f) => mkdirSync(f.sidecar),
        { code: "refused", error: expect.stringContaining("no plain file") },
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
        "into one that says it is of another encoding than the UTF-8 which it might be by chance",
        "pin",
        undefined,
        (f) => writeFileSync(f.sidecar, `<?xml version="1.0" encoding="ISO-8859-1"?><a>Zürich</a>`),
        { code: "data", error: "its sidecar is left as it is: its text is not UTF-8" },
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
    const { one, root, file, sidecar, write, state, leftOver } = await accepted(own, by, before);
    change({ file, sidecar });
    const now = readdirSync(root);
    expect(await write()).toEqual([{ picture: one, ...expected }]);
    expect([await state(), leftOver(), readdirSync(root)]).toEqual(["accepted", [], now]);
  });

  it("beside a picture of another size, though its time is the same", async () => {
    const { library, root, file, write } = await accepted(own, "pin");
    utimesSync(file, 5, 5);
    await scanFolder(library, root);
    writeFileSync(file, "anew");
    utimesSync(file, 5, 5);
    expect(await write()).toMatchObject([{ code: "conflict", error: expect.stringContaining("scan again") }]);
  });

  it("for an estimate where the picture's own file has come to say the place", async () => {
    const { library, root, file, write, state } = await accepted(own, "estimate");
    writeFileSync(file.replace(".png", ".xmp"), theirs(theirPlace));
    await scanFolder(library, root);
    expect(await write()).toMatchObject([{ code: "refused", error: expect.stringContaining("its own file says") }]);
    expect(await state()).toBe("accepted");
  });

  it("for pictures that nobody has accepted, nor for unknown ones; the others are written", async () => {
    const { library, one, root } = await accepted(own, "pin");
    writeFileSync(join(root, "b.png"), await png(2));
    await scanFolder(library, root);
    const other = (await idsOf(library))["b.png"];
    expect(await writeSidecars(library, [other, 999_999, one])).toEqual([
      { picture: other, code: "refused", error: expect.stringContaining("only accepted pictures") },
      { picture: 999_999, code: "refused", error: expect.stringContaining("only accepted pictures") },
      { picture: one, sidecar: join(dirname(join(root, "b.png")), "a.png.xmp") },
    ]);
  });

  it("where another program is writing the same one, whose file stays", async () => {
    const { library, one, root, sidecar, write, state } = await accepted(own, "pin", theirs());
    const temporary = join(root, `.a.png.xmp.${(await library.store.decisions.for(one))?.id}.partial`);
    writeFileSync(temporary, "theirs");
    expect(await write()).toMatchObject([
      { code: "disk", error: expect.stringContaining("another program is writing it") },
    ]);
    expect([readFileSync(temporary, "utf8"), readFileSync(sidecar, "utf8"), await state()]).toEqual([
      "theirs",
      theirs(),
      "accepted",
    ]);
    expect(await library.store.writes.unfinished()).toEqual([]);
    rmSync(temporary);
    expect(await write()).toEqual([{ picture: one, sidecar }]);
  });
});
