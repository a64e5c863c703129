import { dirname, resolve } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { parquetSchema } from "hyparquet";
import { openParquet } from "../../files/open-parquet.js";
import { placeOrRefusal } from "../../pictures/recorded-place.js";
import { findColumn, identifiers, latitudes, longitudes, numberOf, pictures } from "../../places/columns.js";
import type { PictureSource, ReadyOptions, SourceItem } from "./source.js";

/** Rows that are in memory at once, or fewer where they are large. */
const rowsAtOnce = 1024;

/** Bytes of a picture as tables hold them: as they are, or with a path beside them. */
function storedBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  const inner = (value as { bytes?: unknown } | null)?.bytes;
  return inner instanceof Uint8Array ? inner : undefined;
}

/** Words, which older writers leave unmarked; moments as UTC (ISO 8601). */
function textOf(value: unknown): string | null {
  if (value == null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
}

/** A coordinate, which may be text as in other tables. */
const degreesOf = (value: unknown): number =>
  value == null ? Number.NaN : typeof value === "number" ? value : numberOf(textOf(value) ?? "");

/**
 * Opens a Parquet table with latitudes, longitudes, and pictures: their paths, relative to it, or the files themselves.
 * @param options `ready` names the column of embeddings to take in place of pictures
 * @throws GeodriftError `file` if it is no Parquet file, `data` if it lacks a column
 */
export async function parquetSource(file: string, { ready }: ReadyOptions = {}): Promise<PictureSource> {
  const { metadata, length, pieces, read } = await openParquet(file);
  const head = parquetSchema(metadata).children.map((c) => c.element.name);
  const known = head.map((name) => name.toLowerCase());
  const find = (names: readonly string[], needed: boolean) => {
    const at = findColumn(known, names);
    if (at < 0 && needed)
      throw new GeodriftError("data", `${file}: a column named ${names[0]} is needed, got ${head.join(", ")}`);
    return at < 0 ? undefined : head[at];
  };
  const [lat, lng] = [find(latitudes, true), find(longitudes, true)] as [string, string];
  const embedding = ready === undefined ? undefined : find([ready.toLowerCase()], true);
  const picture = find(pictures, embedding === undefined);
  const id = find(identifiers, false);
  const columns = head.filter((name) => ![lat, lng, embedding, picture, id].includes(name));
  return {
    name: file,
    columns,
    length,
    async *items(first = 0) {
      for (const { from: begin, to } of pieces(rowsAtOnce)) {
        if (to <= first) continue;
        const from = Math.max(begin, first);
        const rows = await read(from, to, { utf8: false });
        yield* rows.map((row, i): SourceItem => {
          const shown = picture === undefined ? undefined : row[picture];
          const path = typeof shown === "string" ? shown : (shown as { path?: string } | undefined)?.path;
          const own = id === undefined ? undefined : row[id];
          const stored = storedBytes(shown);
          return {
            id: textOf(own) ?? path ?? String(from + i),
            ...placeOrRefusal(degreesOf(row[lat]), degreesOf(row[lng])),
            labels: columns.map((name) => textOf(row[name])),
            ...(embedding !== undefined
              ? { embedding: Float32Array.from((row[embedding] ?? []) as ArrayLike<number>) }
              : stored
                ? { bytes: async () => stored }
                : { file: resolve(dirname(file), path ?? "") }),
          };
        });
      }
    },
  };
}
