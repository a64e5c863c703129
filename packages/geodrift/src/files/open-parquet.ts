import { GeodriftError } from "@geodrift/core/errors";
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { cannotRead } from "./system-error.js";

/** A Parquet file whose directory has been read. */
export interface ParquetFile {
  buffer: AsyncBuffer;
  metadata: FileMetaData;
  length: number;
  /**
   * Rows `from` … `to` − 1, text as bytes unless `utf8`.
   * @throws GeodriftError `file` if they cannot be read, or are fewer than the directory says
   */
  read(from: number, to: number, options?: { utf8?: boolean }): Promise<Record<string, unknown>[]>;
}

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
    async read(rowStart, rowEnd, { utf8 = true } = {}) {
      const all = { file: buffer, metadata, compressors, rowStart, rowEnd, utf8 };
      const rows = await parquetReadObjects(all).catch((e: unknown) => {
        throw wrong(`rows ${rowStart + 1} to ${rowEnd} cannot be read`, e);
      });
      if (rows.length !== rowEnd - rowStart)
        throw wrong(`is damaged: it ends after row ${rowStart + rows.length} of ${length}`);
      return rows;
    },
  };
}
