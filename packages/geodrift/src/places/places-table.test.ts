import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readPlacesTable } from "./places-table.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-places-"));
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

describe("places in CSV", () => {
  it("are read by the names of their columns, quotes and byte order mark included", async () => {
    const csv = '\ufeffname,Latitude,lon\n"Suva, Fiji",-18.1,178.4\n\nEquator, 0 ,-180\n';
    expect((await readPlacesTable(file("a.csv", csv))).places).toEqual([
      { lat: -18.1, lng: 178.4 },
      { lat: 0, lng: -180 },
    ]);
  });
  it.each([
    ["a,b\n1,2\n", "columns named lat and lng are needed, got a, b"],
    ["", "columns named lat and lng are needed, got none"],
    ["lat,lng\n10,20\n120,30\n", "row 3: latitude 120 is not between -90 and 90"],
    ["lat,lng\n10,\n", "row 2: has no place"],
    ["lat,lng\n10,20,30\n", "Invalid Record Length"],
  ])("%j is one sentence", async (csv, sentence) => {
    await expect(readPlacesTable(file("bad.csv", csv))).rejects.toThrow(sentence);
  });
});
