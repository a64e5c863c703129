/** An index of version 0.1 as that version made it, and indices that no version made. */

import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { inOrder } from "../../../../../test/library/archive.js";
import { exportedPictures } from "../export/exported.js";
import { openLibrary } from "../open-library.js";
import { listPictures, overview } from "../pictures.js";
import { appliedMigrations, migrate, migrations } from "./migrations.js";
import { SqliteDatabase } from "./sqlite.js";
import { openStore } from "./store.js";

/** Eleven pictures under /archive/photos: estimated by earth, decided, two sidecars written, a decision taken back, a track. */
const old = fileURLToPath(new URL("../../../../../test/fixtures/library-0.1.0.db", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "geodrift-migrations-"));
afterAll(() => rmSync(folder, { recursive: true }));

let copies = 0;
function libraryOf(file: string): string {
  const own = mkdtempSync(join(folder, `library-${copies++}-`));
  copyFileSync(file, join(own, "index.db"));
  return own;
}

const names = migrations.map((m) => m.name);

describe("an index of version 0.1", () => {
  it("opens, with every decision, estimate, sidecar and track that it holds", async () => {
    const library = await openLibrary(libraryOf(old));
    try {
      expect(await overview(library)).toMatchObject({
        counts: { located: 1, queue: 4, accepted: 1, written: 2, rejected: 1, "not-a-place": 1, unreadable: 1 },
        missing: 0,
        folders: [{ id: 1, path: "/archive/photos", pictures: 11 }],
        unestimated: 0,
      });
      const { pictures } = await listPictures(library, {});
      expect(pictures.map(({ path, state, decided }) => [path, state, decided?.place])).toEqual([
        ["damaged.jpg", "unreadable", undefined],
        ["view-0.png", "written", "30.46°N 31.20°E, Banhā, Qalyubia, Egypt"],
        ["view-1.png", "accepted", "Spain"],
        ["view-2.png", "written", "59.33°N 18.06°E, Stockholm, Sweden"],
        ["view-3.png", "rejected", undefined],
        ["view-4.png", "not-a-place", undefined],
        ["with-place.jpg", "located", undefined],
        ["2024/view-5.png", "queue", undefined],
        ["2024/view-6.png", "queue", undefined],
        ["2024/view-7.png", "queue", undefined],
        ["2024/view-8.png", "queue", undefined],
      ]);
      expect(pictures.filter((p) => p.estimate).length).toBe(9);
      // It had no codes for what cannot be read.
      expect(pictures[0]).toMatchObject({ error: expect.stringContaining("not a picture"), errorCode: null });
      expect((await exportedPictures(library)).map((p) => [p.path, p.source, p.level])).toEqual([
        ["view-0.png", "estimate", "point"],
        ["view-1.png", "estimate", "country"],
        ["view-2.png", "person", "point"],
        ["with-place.jpg", "file", "point"],
      ]);
      const { decisions, writes, tracks, surveys } = library.store;
      // It had no columns for where an estimate lies.
      const standing = await surveys.survey({ state: "queue" }, { leastBits: -4 });
      expect(standing.map(({ place }) => place?.by)).toEqual(["estimate", "estimate", "estimate", "estimate"]);
      expect(standing.map(({ id, place }) => [id, place?.lat, place?.lng])).toEqual(
        pictures.filter((p) => p.state === "queue").map((p) => [p.id, p.estimate?.best.lat, p.estimate?.best.lng]),
      );
      expect(await writes.lastWritten(2)).toMatchObject({ sidecar: "/archive/photos/view-0.png.xmp", before: null });
      expect(await decisions.for(8)).toBeUndefined();
      expect(await decisions.lastBatch(null)).toBe(5);
      expect((await tracks.around(1_700_000_300_000)).map((p) => p.lat)).toEqual([48.85, 48.86]);
    } finally {
      await library.close();
    }
  });

  it("opens again, and takes no step twice", async () => {
    const file = join(libraryOf(old), "index.db");
    for (let i = 0; i < 3; i++) await (await openStore(file)).close();
    const index = SqliteDatabase.open(file);
    expect((await index.rows<{ name: string }>("SELECT name FROM migrations ORDER BY id")).map((m) => m.name)).toEqual(
      names,
    );
    await index.close();
  });
});

describe("the steps of an index", () => {
  it("are recorded by name when it is made", async () => {
    const index = SqliteDatabase.open(join(mkdtempSync(join(folder, "new-")), "index.db"));
    expect(await appliedMigrations(index)).toEqual([]);
    await migrate(index);
    expect(await appliedMigrations(index)).toEqual(names);
    await index.close();
  });

  it("lead to the same tables from version 0.1 and from nothing", async () => {
    const columns = async (index: SqliteDatabase) => {
      const tables = await index.rows<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
      );
      return inOrder(tables, async ({ name }) => {
        const all = await index.rows<{ name: string }>(`PRAGMA table_info(${name})`);
        return [name, all.map((c) => c.name).sort()];
      });
    };
    const fresh = SqliteDatabase.open(join(mkdtempSync(join(folder, "new-")), "index.db"));
    const migrated = SqliteDatabase.open(join(libraryOf(old), "index.db"));
    for (const index of [fresh, migrated]) await migrate(index);
    expect(await columns(migrated)).toEqual(await columns(fresh));
    for (const index of [fresh, migrated]) await index.close();
  });

  it("that a newer geodrift has taken are said, and the index is left as it is", async () => {
    const own = libraryOf(old);
    const index = SqliteDatabase.open(join(own, "index.db"));
    await migrate(index);
    await index.run("INSERT INTO migrations (name, at) VALUES ('from-the-future', 1)");
    await index.close();
    await expect(openLibrary(own)).rejects.toMatchObject({
      code: "file",
      message: expect.stringContaining('was made by a newer geodrift, which has changed it ("from-the-future")'),
    });
  });

  it("that fail change nothing", async () => {
    const index = SqliteDatabase.open(join(libraryOf(old), "index.db"));
    // Its name is taken: the second step cannot be taken.
    await index.execute("ALTER TABLE pictures ADD COLUMN error_code TEXT");
    await expect(migrate(index)).rejects.toThrow(/duplicate column/);
    expect(await appliedMigrations(index)).toEqual(["first-tables"]);
    expect(await index.row("SELECT 1 FROM sqlite_master WHERE name = 'migrations'")).toBeUndefined();
    await index.close();
  });

  it.each(names)("%s is a name of words", (name) => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });
});
