import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GeodriftError } from "@geodrift/core";
import { suggestion } from "../files/validation.js";

/** Models that come with the package: those that locate, those that make pictures, those that judge them. */
export const embeddedModels: readonly string[] = ["earth"];
export const embeddedImageModels: readonly string[] = ["earth-images"];
export const embeddedScorers: readonly string[] = ["earth-judge"];

export const embeddedFolder = (name: string): string =>
  fileURLToPath(new URL(`../../models/${name}/`, import.meta.url));

/**
 * The folder of what is known by name, or given as a folder.
 * @throws Error naming what is known if the text is neither
 */
function folderOf(kind: string, known: readonly string[], text: string): string {
  if (known.includes(text)) return embeddedFolder(text);
  if (!existsSync(text))
    throw new GeodriftError("option", `${kind} "${text}" is neither known nor a folder${suggestion(text, known)}`);
  return text;
}

export const imageModelFolder = (text: string): string => folderOf("image model", embeddedImageModels, text);
export const scorerFolder = (text: string): string => folderOf("judge", embeddedScorers, text);
