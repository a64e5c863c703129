/**
 * Embeddings with places as a Parquet table, which other programs read as well: id, lat, lng, sha256, the
 * source's own columns, and the embedding as a list. Which encoder made them stands in the file's metadata.
 */

import { GeodriftError } from "@geodrift/core/errors";
import { parquetSchema, type SchemaElement } from "hyparquet";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import { z } from "zod";
import { encoderConfig } from "../encode/config.js";
import { openParquet, type RowRange } from "../files/open-parquet.js";
import { parseWith } from "../files/validation.js";

/** A located picture and its embedding. */
export interface EmbeddedRow {
  id: string;
  /** Latitude, degrees. */
  lat: number;
  /** Longitude, degrees. */
  lng: number;
  /** Hash of the picture's file, hexadecimal; empty where the embedding lay ready. */
  sha256: string;
  /** The source's own columns, in the order of `columns`; null where a row has none. */
  labels: readonly (string | null)[];
  /** [width]. */
  embedding: Float32Array;
}

/**
 * Schema of what a table's metadata say: the source, the encoder, the width of the embeddings, and the source's own
 * columns.
 */
export const provenance = z.strictObject({
  source: z.string(),
  encoder: z.strictObject({
    /** A name, or a path from the table's folder; from there its files are taken when a model is made. */
    name: z.string(),
    config: encoderConfig,
    /** Absent where embeddings lay ready, and nothing was computed. */
    sha256: z.string().optional(),
  }),
  width: z.int().positive(),
  columns: z.array(z.string()),
});

/** What made the embeddings. */
export type Provenance = z.infer<typeof provenance>;

/** The key of the metadata. */
const metadataKey = "geodrift";

/** Columns that a source's own may not be named like. */
const ownColumns = ["id", "lat", "lng", "sha256", "embedding"];

function schemaOf(columns: readonly string[]): SchemaElement[] {
  const text = (name: string, repetition_type: "REQUIRED" | "OPTIONAL"): SchemaElement => ({
    name,
    type: "BYTE_ARRAY",
    converted_type: "UTF8",
    repetition_type,
  });
  const double = (name: string): SchemaElement => ({ name, type: "DOUBLE", repetition_type: "REQUIRED" });
  return [
    { name: "root", num_children: ownColumns.length + columns.length },
    text("id", "REQUIRED"),
    double("lat"),
    double("lng"),
    text("sha256", "REQUIRED"),
    ...columns.map((name) => text(labelColumn(name), "OPTIONAL")),
    { name: "embedding", repetition_type: "REQUIRED", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", type: "FLOAT", repetition_type: "REQUIRED" },
  ];
}

const labelColumn = (name: string): string => (ownColumns.includes(name) ? `source_${name}` : name);

/** A table that is being written. */
export interface EmbeddingsWriter {
  /** Writes rows as one row group. */
  write(rows: readonly EmbeddedRow[]): Promise<void>;
  /** Writes the footer and closes the file. */
  finish(): Promise<void>;
}

/** Begins a table of embeddings as a Parquet file, with its provenance in the metadata. */
export function embeddingsWriter(file: string, about: Provenance): EmbeddingsWriter {
  const { columns } = about;
  const writer = new ParquetWriter({
    writer: fileWriter(file),
    schema: schemaOf(columns),
    createdBy: "geodrift",
    kvMetadata: [{ key: metadataKey, value: JSON.stringify(about) }],
  });
  return {
    async write(rows) {
      if (rows.length === 0) return;
      await writer.write({
        rowGroupSize: rows.length,
        columnData: [
          { name: "id", data: rows.map((r) => r.id) },
          { name: "lat", data: rows.map((r) => r.lat) },
          { name: "lng", data: rows.map((r) => r.lng) },
          { name: "sha256", data: rows.map((r) => r.sha256) },
          ...columns.map((name, i) => ({ name: labelColumn(name), data: rows.map((r) => r.labels[i] ?? null) })),
          {
            name: "embedding",
            data: rows.map((r) => Array.from(r.embedding)),
            // Random bits: nothing would come of compressing them.
            encoding: "PLAIN" as const,
            codec: "UNCOMPRESSED" as const,
            statistics: false,
          },
        ],
      });
    },
    finish: async () => writer.finish(),
  };
}

/** A table of embeddings that is opened, its rows not yet read. */
export interface EmbeddingsFile extends Provenance {
  file: string;
  /** Number of rows. */
  length: number;
  /**
   * Reads the rows, a row group at a time.
   * @param embedded rows from … to − 1 are to have their embeddings; of groups without any of them these are left on disk, and empty
   * here. All, if left out
   */
  rows(embedded?: RowRange): AsyncGenerator<EmbeddedRow[]>;
}

/**
 * Opens a table of embeddings.
 * @throws GeodriftError `not-found` or `file` if it cannot be read as Parquet, `data` if `geodrift embed` has not made it
 */
export async function openEmbeddings(file: string): Promise<EmbeddingsFile> {
  const { metadata, length, read } = await openParquet(file);
  const text = metadata.key_value_metadata?.find(({ key }) => key === metadataKey)?.value;
  if (!text) {
    const head = parquetSchema(metadata).children.map((c) => c.element.name);
    throw new GeodriftError("data", `${file}: was not made by "geodrift embed", its columns are ${head.join(", ")}`);
  }
  const about = parseWith(provenance, JSON.parse(text), file);
  return {
    ...about,
    file,
    length,
    async *rows(embedded = { from: 0, to: length }) {
      let from = 0;
      const light = [...ownColumns.slice(0, -1), ...about.columns.map(labelColumn)];
      for (const group of metadata.row_groups) {
        const rowEnd = from + Number(group.num_rows);
        const whole = from < embedded.to && rowEnd > embedded.from;
        const rows = await read(from, rowEnd, whole ? {} : { columns: light });
        from = rowEnd;
        yield rows.map((row, i): EmbeddedRow => {
          const { id, lat, lng, sha256, embedding } = row;
          const numbers = whole ? (embedding as ArrayLike<number> | undefined) : [];
          if (
            typeof id !== "string" ||
            typeof lat !== "number" ||
            typeof lng !== "number" ||
            numbers?.length !== (whole ? about.width : 0)
          )
            throw new GeodriftError(
              "data",
              `${file}: row ${rowEnd - rows.length + i + 1} is not an id, a place and ${about.width} numbers`,
            );
          return {
            ...{ id, lat, lng, sha256: String(sha256 ?? "") },
            labels: about.columns.map((name) => (row[labelColumn(name)] as string | null | undefined) ?? null),
            embedding: Float32Array.from(numbers),
          };
        });
      }
    },
  };
}
