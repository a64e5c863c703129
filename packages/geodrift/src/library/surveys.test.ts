import { describe, expect, it } from "vitest";
import { archive, scanOf } from "../../../../test/library/archive.js";
import { allPictures, listPictures } from "./pictures.js";
import { pictureDays, picturePlaces, surveyPictures } from "./surveys.js";

const { library } = archive();
const own = await library();
const folder = await own.store.folders.add("/photos");
const day = 86_400_000;
const at = async (path: string, lat: number, lng: number, takenAt: number | null = null) =>
  own.store.pictures.add(folder, path, scanOf({ sha256: path, recorded: { lat, lng }, takenAt }), "located");

const paris = await at("paris", 48.86, 2.34, 0);
const lyon = await at("lyon", 45.76, 4.84, day - 1);
const suva = await at("suva", -18.14, 178.44, -1);
const taveuni = await at("taveuni", -16.8, -179.98);
await own.store.pictures.add(folder, "nowhere", scanOf({ sha256: "nowhere" }), "queue");

describe("pictures within a place", () => {
  it.each([
    ["France", [paris, lyon]],
    ["within:50:48.85,2.35", [paris]],
    ["within:50:Lyon", [lyon]],
    ["not:France", [suva, taveuni]],
    ["within:500:-17.5,179.5", [suva, taveuni]],
    ["within:100:0,0", []],
  ])("%s", async (where, expected) => {
    expect((await surveyPictures(own, { where })).map((p) => p.id)).toEqual(expected);
  });

  it("come page by page, in the order that is wanted", async () => {
    const first = await listPictures(own, { where: "not:within:1:0,0", order: "time", limit: 3 });
    expect(first.pictures.map((p) => p.id)).toEqual([suva, paris, lyon]);
    const rest = await listPictures(own, { where: "not:within:1:0,0", order: "time", limit: 3, after: first.next });
    expect(rest).toMatchObject({ pictures: [{ id: taveuni }], next: undefined });
    // What was last may be elsewhere by now.
    const beyond = await listPictures(own, { where: "France", after: `${suva}_${suva}` });
    expect(beyond.pictures).toEqual([]);
    const before = await listPictures(own, { where: "not:France", after: `${lyon}_${lyon}` });
    expect(before.pictures.map((p) => p.id)).toEqual([suva, taveuni]);
    await expect(listPictures(own, { where: "France", after: "x" })).rejects.toMatchObject({ code: "option" });
  });

  it("of no place are refused with names that are like it", async () => {
    await expect(surveyPictures(own, { where: "Frrance" })).rejects.toMatchObject({
      code: "option",
      message: expect.stringContaining('did you mean "France"'),
    });
  });
});

it("all pictures come one after another, within a place or anywhere, as many as are wanted", async () => {
  const all = async (filter: Parameters<typeof allPictures>[1], most: number) => {
    const ids: number[] = [];
    for await (const p of allPictures(own, filter, most)) ids.push(p.id);
    return ids;
  };
  expect(await all({ where: "not:France" }, 9)).toEqual([suva, taveuni]);
  expect(await all({ where: "not:France" }, 1)).toEqual([suva]);
  expect((await all({}, 9)).length).toBe(5);
  expect((await all({}, 2)).length).toBe(2);
});

it("days are those of the camera's clock, before 1970 too", async () => {
  expect(await pictureDays(own, {})).toEqual({
    days: [
      { day: "1969-12-31", pictures: 1 },
      { day: "1970-01-01", pictures: 2 },
    ],
    undated: 2,
  });
});

it("places of all come with who says so", async () => {
  expect(await picturePlaces(own, { text: "p" })).toEqual({
    ids: [paris],
    lat: [48.86],
    lng: [2.34],
    by: ["file"],
    nowhere: 0,
  });
  expect((await picturePlaces(own, {})).nowhere).toBe(1);
});
