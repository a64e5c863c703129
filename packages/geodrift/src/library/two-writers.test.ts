/** Two programs on one library, each with a connection of its own, that write sidecars and take them back at the same time. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Generator } from "@geodrift/core";
import { expect, it } from "vitest";
import { pin } from "../../../../test/library/accepted.js";
import { archive, png } from "../../../../test/library/archive.js";
import { decideAndTidy, undo } from "./decisions.js";
import { openLibrary } from "./open-library.js";
import { writeSidecars } from "./write-sidecars.js";

const { scanned } = archive();

it("a sidecar stands where the library says that it is written, and nowhere else, whatever two programs do at once", async () => {
  const names = ["a.png", "b.png", "c.png"];
  const files = Object.fromEntries(await Promise.all(names.map(async (name, i) => [name, await png(i)])));
  const { library, root, id } = await scanned(files);
  const other = await openLibrary(library.name);
  const random = new Generator(1);
  const pictures = names.map((name) => id[name]);
  for (let round = 0; round < 12; round++) {
    await decideAndTidy(library, pictures, { kind: "accept", level: "point", pin });
    const step = (by: typeof library) =>
      [
        () => writeSidecars(by, pictures),
        () => undo(by),
        () => decideAndTidy(by, [pictures[round % 3]], { kind: "not-a-place" }),
      ][random.integer(3)]();
    await Promise.all([step(library), step(other), step(library), step(other)]);
    for (const name of names) {
      const written = (await library.store.pictures.get(id[name])).state === "written";
      expect(existsSync(join(root, `${name}.xmp`)), `${name} in round ${round}`).toBe(written);
      expect(await library.store.writes.unfinished()).toEqual([]);
    }
  }
  await other.close();
});
