import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { photograph } from "../../../../test/end-to-end/photographs.js";
import { tagsOf } from "./file-tags.js";

const fileOf = (bytes: Uint8Array, name = "a.jpg") => new File([new Uint8Array(bytes)], name);

describe("what a file says", () => {
  it("is told by kind: camera and time, and the place that it says", async () => {
    const groups = await tagsOf(
      fileOf(await photograph({ lat: 60.39, lng: 5.32, time: "2024:05:01 12:00:00", seed: 1 })),
    );
    const said = Object.fromEntries(groups.map(({ kind, tags }) => [kind, Object.fromEntries(tags)]));
    expect(said.exif).toMatchObject({ Make: "Maker", DateTimeOriginal: "2024:05:01 12:00:00" });
    expect(Number(said.gps.Latitude)).toBeCloseTo(60.39, 3);
    expect(said.file["Image Width"]).toMatch(/^80/);
  });

  it("is cut where it is long, and has none of its makers' notes", async () => {
    const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: "#123" } });
    const long = await picture
      .withExif({ IFD0: { ImageDescription: "x".repeat(5000) } })
      .jpeg()
      .toBuffer();
    const tags = (await tagsOf(fileOf(long))).flatMap((g) => g.tags);
    expect(Object.fromEntries(tags).ImageDescription).toBe(`${"x".repeat(300)} …`);
  });

  it("of what is no picture is one sentence", async () => {
    await expect(tagsOf(fileOf(Buffer.from("hello")))).rejects.toThrow(/format|image/i);
  });
});
