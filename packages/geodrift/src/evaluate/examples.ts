/** What a model is evaluated on, whatever kind of file it is: examples that are embedded when they are wanted, all or some of them. */
import { GeodriftError } from "@geodrift/core/errors";
import { openDataset } from "../datasets/open-dataset.js";
import type { RowRange } from "../files/open-parquet.js";
import type { LoadedModel } from "../models/load.js";
import type { Dataset } from "../pictures/dataset.js";
import { countOf, type EmbeddedDataset, embedDataset, embeddedTable, type PartOfTable } from "./embedded-dataset.js";

/** Which examples of a file are taken. */
export interface ExamplesOptions {
  /** Of a table of embeddings: a split, and parts of it. */
  split?: PartOfTable;
  /** From the start; all if left out. */
  most?: number;
}

/** Examples of one file. */
export interface Examples {
  /** The pictures, where the file is not a table of embeddings. */
  pictures?: Dataset;
  /** Name, fingerprint and number of examples; of a table its names and places are read. */
  about(): Promise<Pick<EmbeddedDataset, "name" | "fingerprint"> & { count: number }>;
  /**
   * Embeds the examples from … to − 1, or all; `onExample` is called for each that has to be embedded.
   * @throws GeodriftError `data` or `file` for pictures that cannot be read
   */
  embedded(within?: RowRange, onExample?: () => void): Promise<EmbeddedDataset>;
}

/** Is it a table of embeddings, by its name? */
export const isTable = (file: string): boolean => /\.parquet$/i.test(file);

/**
 * Opens examples.
 * @param file `.csv` of pictures, `.json` of views, or `.parquet` of embeddings
 * @throws GeodriftError `option` for a split of something else than a table; and as `openDataset` and `embeddedTable`
 */
export async function openExamples(
  file: string,
  { encoder, description }: Pick<LoadedModel, "encoder" | "description">,
  { split, most }: ExamplesOptions = {},
): Promise<Examples> {
  if (isTable(file)) {
    const some = (within?: RowRange) => embeddedTable(file, encoder, description, { split, most, within });
    const about = async () => {
      const { name, fingerprint, count } = await some({ from: 0, to: 0 });
      return { name, fingerprint, count };
    };
    return { about, embedded: some };
  }
  if (split)
    throw new GeodriftError("option", "--split is of a table of embeddings, a .parquet file of geodrift embed");
  const pictures = await openDataset(file, encoder.preparation);
  const { name, fingerprint } = pictures;
  const count = countOf(pictures, most);
  return {
    pictures,
    about: async () => ({ name, fingerprint, count }),
    embedded: ({ from, to } = { from: 0, to: count }, onExample) =>
      embedDataset(pictures, encoder, { from, most: Math.min(to, count), onExample }),
  };
}
