import { relative } from "node:path";
import { readMetadata } from "../../pictures/metadata.js";
import { readSidecars } from "../../pictures/sidecars.js";
import { walkPictures } from "../../pictures/walk-pictures.js";
import type { PictureSource, SourceItem } from "./source.js";

/**
 * A folder of pictures, at any depth, that say themselves where they were taken: in their files, or in sidecars beside them.
 * @returns items in the order of their names, folder by folder, as `walkPictures` has them
 */
export function folderSource(folder: string): PictureSource {
  return {
    name: folder,
    columns: [],
    async *items(from = 0) {
      let at = 0;
      for await (const { file, sidecars: beside } of walkPictures(folder)) {
        if (at++ < from) continue;
        const item: SourceItem = {
          id: relative(folder, file).replaceAll("\\", "/"),
          file,
        };
        if (beside.length === 0) yield item;
        else {
          const { place } = readMetadata(new Uint8Array(), await readSidecars(file, beside));
          yield place ? { ...item, place } : item;
        }
      }
    },
  };
}
