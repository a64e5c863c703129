import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { archive } from "../../../../test/library/archive.js";
import { diskFolder } from "./disk-folder.js";

it("a folder of this machine has those in it that may hold pictures, by number and name", async () => {
  const root = archive().folder({ "a.jpg": "x", "b.txt": "x", "B.ARW": "x", ".hidden.jpg": "x" });
  for (const name of ["2024", "10 Lisbon", "9 Porto", "@eaDir", ".cache"]) mkdirSync(join(root, name));
  symlinkSync("2024", join(root, "linked"));
  symlinkSync("gone", join(root, "broken"));
  expect(await diskFolder(root)).toEqual({
    path: root,
    parent: dirname(root),
    folders: ["9 Porto", "10 Lisbon", "2024", "linked"].map((name) => ({ name, path: join(root, name) })),
    pictures: 2,
  });
  expect((await diskFolder("/")).parent).toBeNull();
  await expect(diskFolder(join(root, "nowhere"))).rejects.toMatchObject({ code: "not-found" });
  await expect(diskFolder(join(root, "a.jpg"))).rejects.toMatchObject({ code: "not-found" });
});
