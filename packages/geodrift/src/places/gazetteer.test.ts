import KDBush from "kdbush";
import { describe, expect, it } from "vitest";
import { nearestTown, readTowns } from "./gazetteer.js";

/** What the build writes of towns. */
function written(towns: { at: [number, number]; texts: [string, string, string, string] }[]) {
  const index = new KDBush(towns.length);
  for (const { at } of towns) index.add(...at);
  index.finish();
  const columns = [0, 1, 2, 3].map((c) => towns.map(({ texts }) => texts[c]).join("\n"));
  return [index.data as ArrayBuffer, new TextEncoder().encode(columns.join("\f"))] as const;
}

describe("the towns that the build writes", () => {
  it("are read back, with every letter, and with what is empty", () => {
    const towns = readTowns(
      ...written([
        { at: [31.2, 30.5], texts: ["Banhā", "Qalyubia", "", "EG"] },
        { at: [0, 51.5], texts: ["London", "", "Greater London", "GB"] },
        { at: [139.7, 35.7], texts: ["東京", "東京都", "", "JP"] },
      ]),
    );
    expect(towns.nearest({ lat: 30, lng: 31 })).toEqual({
      lat: 30.5,
      lng: 31.2,
      name: "Banhā",
      region: "Qalyubia",
      district: "",
      countryCode: "EG",
    });
    expect(nearestTown(towns, { lat: 51.5, lng: 0 })).toMatchObject({ name: "London", region: "", distanceKm: 0 });
    // The last line of the last columns.
    expect(towns.nearest({ lat: 36, lng: 140 })).toMatchObject({ name: "東京", region: "東京都", district: "" });
    expect(towns.nearestIn({ lat: 36, lng: 140 }, "JP")?.countryCode).toBe("JP");
    expect(towns.nearestIn({ lat: 36, lng: 140 }, "EG")).toBeUndefined();
  });

  it("may be one", () => {
    const towns = readTowns(...written([{ at: [1, 2], texts: ["A", "", "", "XX"] }]));
    expect(towns.nearest({ lat: -80, lng: 170 })).toMatchObject({ name: "A", region: "", countryCode: "XX" });
  });
});
