/** What a person sets once: `config.json` in the platform's folder for settings, or the file of GEODRIFT_CONFIG. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import envPaths from "env-paths";
import { z } from "zod";
import { readJsonFile } from "../files/json-file.js";

const userConfig = z.strictObject({
  /** The model of commands that name none: a name, a folder or a file. */
  default: z.string().optional(),
});

/** What a person sets once. */
export type UserConfig = z.infer<typeof userConfig>;

/** The file of a person's settings, whether it is there or not. */
export const userConfigFile = (): string =>
  process.env.GEODRIFT_CONFIG ?? join(envPaths("geodrift", { suffix: "" }).config, "config.json");

/**
 * A person's settings; empty where there is no file.
 * @throws GeodriftError `data` or `file` for a file that is not as it should be
 */
export async function readUserConfig(): Promise<UserConfig> {
  const file = userConfigFile();
  return existsSync(file) ? readJsonFile(file, userConfig) : {};
}
