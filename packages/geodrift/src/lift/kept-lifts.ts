/** Lifts that a server has been asked for, kept where what can be made again is kept: asked again, they are there, or go on. */
import { createHash } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { cacheRoot } from "../hub/cache-root.js";

/** Lifts that are kept; the one worked on longest ago goes first. */
const most = 8;

const root = () => join(cacheRoot(), "lifts");

/** A name for what is lifted, and how. @param made everything that the result depends on */
export const liftId = (made: unknown): string =>
  createHash("sha256").update(JSON.stringify(made)).digest("hex").slice(0, 32);

/** The folder of a lift. */
export const keptLift = (id: string): string => join(root(), id);

/** Removes all but the latest lifts. */
export async function forgetOldLifts(): Promise<void> {
  const names = await readdir(root()).catch(() => []);
  const ages = await Promise.all(
    names.map(async (name) => ({
      name,
      at: (await stat(join(root(), name, "state.safetensors")).catch(() => undefined))?.mtimeMs ?? 0,
    })),
  );
  for (const { name } of ages.sort((a, b) => b.at - a.at).slice(most))
    await rm(join(root(), name), { recursive: true, force: true });
}
