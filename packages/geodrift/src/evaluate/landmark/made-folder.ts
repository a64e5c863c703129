/** Photographs that were made, by folder and by split: what evaluations of landmarks read. */
import { GeodriftError } from "@geodrift/core/errors";
import type { PhotoFolder } from "../../landmarks/photo-bank.js";
import { type MadePhoto, readMadePhotos, readPhotographed } from "../../landmarks/photos-table.js";

/** A folder's photographs with their truth. @throws GeodriftError `not-found`, `file` or `data` */
export const madeFolder = async (folder: string): Promise<PhotoFolder<MadePhoto>> => ({
  folder,
  shown: await readPhotographed(folder),
  photos: await readMadePhotos(folder),
});

/** The photographs of one split. @throws GeodriftError `data` if there are none */
export const part = <P extends MadePhoto>(folder: PhotoFolder<P>, split: "train" | "test"): PhotoFolder<P> => {
  const photos = folder.photos.filter((photo) => photo.split === split);
  if (photos.length === 0)
    throw new GeodriftError(
      "data",
      `${folder.folder}: has no photographs ${split === "train" ? "for trainings" : "that are held out"}`,
    );
  return { ...folder, photos };
};
