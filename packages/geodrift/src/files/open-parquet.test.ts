import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { RowGroup } from "hyparquet";
import { parquetWriteFile } from "hyparquet-writer";
import { afterAll, describe, expect, it } from "vitest";
import { openParquet, piecesOf } from "./open-parquet.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-parquet-"));
afterAll(() => rmSync(folder, { recursive: true }));

const MiB = 2 ** 20;

/** A group as the directory of a file describes it, of one column. */
function groupOf(rows: number, bytes: number, indexed = true): RowGroup {
  const size = { total_uncompressed_size: BigInt(bytes), total_compressed_size: BigInt(Math.floor(bytes / 2)) };
  return {
    num_rows: BigInt(rows),
    columns: [{ meta_data: size, offset_index_offset: indexed ? 4n : undefined }],
  } as unknown as RowGroup;
}

describe("the pieces of a table", () => {
  it("are all its rows, each once, in their order, each piece within a group", () => {
    const group = fc.tuple(fc.nat({ max: 3000 }), fc.nat({ max: 2 ** 31 }));
    fc.assert(
      fc.property(fc.array(group, { maxLength: 5 }), fc.integer({ min: 1, max: 2000 }), (groups, most) => {
        const ends = new Set(groups.map((_, g) => groups.slice(0, g + 1).reduce((sum, [rows]) => sum + rows, 0)));
        let at = 0;
        for (const { from, to } of piecesOf(
          groups.map(([rows, bytes]) => groupOf(rows, bytes)),
          most,
        )) {
          expect(from).toBe(at);
          expect(to - from).toBeGreaterThan(0);
          expect(to - from).toBeLessThanOrEqual(most);
          for (const end of ends) expect(from < end && end < to).toBe(false);
          at = to;
        }
        expect(at).toBe(groups.reduce((sum, [rows]) => sum + rows, 0));
      }),
    );
  });

  it("are of fewer rows where they are large: of 128 MiB at most, and of one row at least", () => {
    const rowsOf = (...about: Parameters<typeof groupOf>) =>
      piecesOf([groupOf(...about)], 1024).map(({ from, to }) => to - from);
    expect(rowsOf(36, 36 * 8 * MiB)).toEqual([16, 16, 4]);
    expect(rowsOf(3, 3 * 500 * MiB)).toEqual([1, 1, 1]);
    expect(rowsOf(2000, 2000)).toEqual([1024, 976]);
  });

  it("are none of a group that would have to be in memory whole and is too large for it", () => {
    const groups = [groupOf(5, MiB), groupOf(70, 560 * MiB, false)];
    expect(() => piecesOf(groups, 1024)).toThrow(
      "its row group 2 has 560 MiB in columns without an index of pages, and at most 512 are read at once; write it with smaller groups",
    );
    expect(piecesOf([groupOf(70, 500 * MiB, false)], 1024)).toHaveLength(5);
  });

  it("have what was written, with an index of pages and without one", async () => {
    for (const offsetIndex of [true, false]) {
      const file = join(folder, `${offsetIndex}.parquet`);
      const numbers = Array.from({ length: 100 }, (_, i) => i);
      const pictures = numbers.map((i) => new Uint8Array(500).fill(i));
      parquetWriteFile({
        filename: file,
        columnData: [
          { name: "number", data: numbers, type: "INT32", offsetIndex },
          { name: "picture", data: pictures, type: "BYTE_ARRAY", offsetIndex },
        ],
        rowGroupSize: 40,
        pageSize: 4096,
      });
      const { pieces, read } = await openParquet(file);
      const rows = [];
      for (const { from, to } of pieces(30)) rows.push(...(await read(from, to, { utf8: false })));
      expect(rows.map(({ number }) => number)).toEqual(numbers);
      expect(rows.map(({ picture }) => picture)).toEqual(pictures);
    }
  });
});
