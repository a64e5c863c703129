import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GeodriftError } from "@geodrift/core/errors";
import { suggestion } from "../files/validation.js";

/** Models that locate and come with the package. */
export const embeddedModels: readonly string[] = ["earth"];
/** Models that make pictures and come with the package. */
export const embeddedImageModels: readonly string[] = ["earth-images", "liberty"];
/** Models that judge pictures and come with the package. */
export const embeddedScorers: readonly string[] = ["earth-judge"];

/** The folder of a model that comes with the package. */
export const embeddedFolder = (name: string): string =>
  fileURLToPath(new URL(`../../models/${name}/`, import.meta.url));

/**
 * The folder of what is known by name, or given as a folder.
 * @throws GeodriftError `option` naming what is known if the text is neither
 */
function folderOf(kind: string, known: readonly string[], text: string): string {
  if (known.includes(text)) return embeddedFolder(text);
  if (!existsSync(text))
    throw new GeodriftError("option", `${kind} "${text}" is neither known nor a folder${suggestion(text, known)}`);
  return text;
}

/**
 * The folder of a model that makes pictures, by name or path.
 * @throws GeodriftError `option` naming what is known if the text is neither
 */
export const imageModelFolder = (text: string): string => folderOf("image model", embeddedImageModels, text);
/**
 * The folder of a model that judges pictures, by name or path.
 * @throws GeodriftError `option` naming what is known if the text is neither
 */
export const scorerFolder = (text: string): string => folderOf("judge", embeddedScorers, text);
