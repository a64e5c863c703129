/** Small pictures of the archive, by their addresses. */
import { archive } from "./client.js";

/** Address of a picture's thumbnail. */
export const thumbnailOf = (id: number, size: "small" | "large" = "small"): string =>
  archive.api.library.pictures[":id"].thumbnail.$url({ param: { id: String(id) }, query: { size } }).href;
