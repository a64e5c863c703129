import { describe, expect, it } from "vitest";
import { archive, estimate, scanOf } from "../../../../../test/library/archive.js";
import { decide } from "../decisions.js";
import type { ScannedFile } from "../store/pictures.js";
import { exportedPictures } from "./exported.js";

const { library } = archive();
const pin = { lat: 60.39, lng: 5.32 };
const recorded = { lat: 48.8566, lng: 2.3522 };

async function ownLibrary() {
  const own = await library();
  const folder = await own.store.folders.add("/photos");
  const enter = (path: string, about: Partial<ScannedFile> = {}) =>
    own.store.pictures.add(
      folder,
      path,
      scanOf({ takenAt: 5, camera: "Maker", ...about }),
      about.recorded ? "located" : "queue",
    );
  return { own, enter };
}

describe("what leaves a library", () => {
  it("is the place that a picture's file says, named by its town", async () => {
    const { own, enter } = await ownLibrary();
    await enter("a.jpg", { recorded });
    expect(await exportedPictures(own)).toEqual([
      {
        ...{
          path: "a.jpg",
          sha256: "ab",
          takenAt: 5,
          camera: "Maker",
          source: "file",
          level: "point",
          point: recorded,
        },
        names: expect.objectContaining({
          country: "France",
          countryCode: "FR",
          city: expect.stringContaining("Paris"),
        }),
        georeference: { georeferenceProtocol: "metadata of the picture's file" },
      },
    ]);
  });

  it("is an estimate only once it was accepted, with its radius in metres", async () => {
    const { own, enter } = await ownLibrary();
    const id = await enter("a.jpg");
    await estimate(own, id, {}, 1.2346);
    expect(await exportedPictures(own)).toEqual([]);
    await decide(own, [id], { kind: "accept", level: "point" });
    expect(await exportedPictures(own)).toMatchObject([
      { source: "estimate", point: { lat: 60.4, lng: 5.3 }, uncertaintyMetres: 1235, names: { city: "Bergen" } },
    ]);
    await decide(own, [id], { kind: "reject" });
    expect(await exportedPictures(own)).toEqual([]);
  });

  it("is a person's word before the file's, and the file's before an estimate", async () => {
    const { own, enter } = await ownLibrary();
    const [person, model] = [await enter("a.jpg", { recorded }), await enter("b.jpg")];
    await decide(own, [person], { kind: "accept", level: "point", pin });
    await estimate(own, model);
    await decide(own, [model], { kind: "accept", level: "point" });
    await own.store.pictures.rescan(model, scanOf({ recorded }), true);
    expect((await exportedPictures(own)).map((p) => [p.source, p.point])).toEqual([
      ["person", pin],
      ["file", recorded],
    ]);
  });

  it.each(["city", "region", "country"] as const)("is names alone of what is known as a %s", async (level) => {
    const { own, enter } = await ownLibrary();
    await decide(own, [await enter("a.jpg")], { kind: "accept", level, pin });
    const [picture] = await exportedPictures(own);
    expect(picture).not.toHaveProperty("point");
    expect(picture).not.toHaveProperty("uncertaintyMetres");
    expect(picture).toMatchObject({ level, names: { countryCode: "NO" } });
    expect((await exportedPictures(own, { obscure: true }))[0].names).not.toHaveProperty("city");
    expect((await exportedPictures(own, { obscure: true }))[0]).not.toHaveProperty("cell");
  });

  it("is a cell and no point where places are not to be told", async () => {
    const { own, enter } = await ownLibrary();
    await enter("a.jpg", { recorded });
    const [picture] = await exportedPictures(own, { obscure: true });
    expect(picture).not.toHaveProperty("point");
    expect(picture.cell).toEqual({ south: 48.8, west: 2.2, north: 49, east: 2.4 });
    expect(picture.uncertaintyMetres).toBe(14_000);
    expect(picture.names).toEqual({ country: "France", countryCode: "FR", region: expect.any(String) });
  });
});
