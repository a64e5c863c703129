import { GeodriftError, withSubject } from "@geodrift/core/errors";
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  type RowGroup,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { cannotRead } from "./system-error.js";

/** Bytes of a part of a table that are in memory at once. */
const mostBytes = 2 ** 29;

/** Bytes of the rows that are read at once, so that as many can be in work beside them. */
const usualBytes = 2 ** 27;

/** Rows of a table that lie one after another in one group of its file. */
export interface RowRange {
  from: number;
  to: number;
}

/** A Parquet file whose directory has been read. */
export interface ParquetFile {
  buffer: AsyncBuffer;
  metadata: FileMetaData;
  length: number;
  /**
   * Its rows in pieces, as `piecesOf` makes them.
   * @throws GeodriftError `file` as that does
   */
  pieces(mostRows: number): RowRange[];
  /**
   * Rows `from` … `to` − 1, text as bytes unless `utf8`; of all columns, or of those that are named.
   * @throws GeodriftError `file` if they cannot be read, or are fewer than the directory says
   */
  read(from: number, to: number, options?: { utf8?: boolean; columns?: string[] }): Promise<Record<string, unknown>[]>;
}

/**
 * The rows of a table in pieces that fit into memory, as its directory says what they take: within one group each, of at most so many
 * rows, and of 128 MiB where rows are smaller than that.
 * @throws GeodriftError `file` for a group of which more than 512 MiB would have to be read at once
 */
export function piecesOf(groups: readonly RowGroup[], mostRows: number): RowRange[] {
  const pieces: RowRange[] = [];
  let first = 0;
  for (const [g, { columns, num_rows }] of groups.entries()) {
    const rows = Number(num_rows);
    let [bytes, whole] = [0, 0];
    for (const { meta_data: about, offset_index_offset: indexed } of columns) {
      const size = Math.max(Number(about?.total_uncompressed_size ?? 0), Number(about?.total_compressed_size ?? 0));
      bytes += size;
      // Without an index of its pages a column of a group is read whole, whichever rows are wanted.
      if (indexed === undefined) whole += size;
    }
    if (whole > mostBytes)
      throw new GeodriftError(
        "file",
        `its row group ${g + 1} has ${Math.round(whole / 2 ** 20)} MiB in columns without an index of pages, and at most ${mostBytes / 2 ** 20} are read at once; write it with smaller groups`,
      );
    const step = Math.max(1, Math.min(mostRows, Math.floor((rows * usualBytes) / Math.max(1, bytes))));
    for (let from = 0; from < rows; from += step)
      pieces.push({ from: first + from, to: first + Math.min(rows, from + step) });
    first += rows;
  }
  return pieces;
}

/** Decompressors that make no more than is read at once, whatever a page says of itself. */
const bounded: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, decompress]) => [
    codec,
    (input: Uint8Array, size: number) => {
      if (size > mostBytes) throw new RangeError(`a page of ${size} bytes`);
      return decompress(input, size);
    },
  ]),
);

/**
 * Opens a Parquet file.
 * @throws GeodriftError `not-found`, or `file` if it is none, or its directory contradicts itself
 */
export async function openParquet(file: string): Promise<ParquetFile> {
  const wrong = (why: string, cause?: unknown) => new GeodriftError("file", `${file}: ${why}`, { cause });
  const buffer = await asyncBufferFromFile(file).catch(cannotRead(file));
  // Whatever goes wrong in there is the file's fault: the parser's own words say little to anybody.
  const metadata = await parquetMetadataAsync(buffer).catch((e: unknown) => {
    throw wrong("not a Parquet file", e);
  });
  const length = Number(metadata.num_rows);
  const grouped = metadata.row_groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  if (!Number.isSafeInteger(length) || length !== grouped)
    throw wrong(`is damaged: it says that it has ${metadata.num_rows} rows, and its groups have ${grouped}`);
  return {
    buffer,
    metadata,
    length,
    pieces: (mostRows) => withSubject(file, () => piecesOf(metadata.row_groups, mostRows)),
    async read(rowStart, rowEnd, { utf8 = true, columns } = {}) {
      const all = {
        file: buffer,
        metadata,
        compressors: bounded,
        rowStart,
        rowEnd,
        utf8,
        columns,
        useOffsetIndex: true,
      };
      const rows = await parquetReadObjects(all).catch((e: unknown) => {
        throw wrong(`rows ${rowStart + 1} to ${rowEnd} cannot be read`, e);
      });
      if (rows.length !== rowEnd - rowStart)
        throw wrong(`is damaged: it ends after row ${rowStart + rows.length} of ${length}`);
      return rows;
    },
  };
}
