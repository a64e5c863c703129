/** Lifts that a server has been asked for, kept where what can be made again is kept: asked again, they are there, or go on. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { distillationPrices, fieldOptimizer } from "@geodrift/core";
import { cacheRoot } from "../hub/cache-root.js";

/** Lifts that are kept; the one worked on longest ago goes first. */
const most = 8;

const root = () => join(cacheRoot(), "lifts");

/** A name for what is lifted, and how. @param made everything that the result depends on, beside what distillations pay, and how fields move */
export const liftId = (made: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify([made, distillationPrices, fieldOptimizer]))
    .digest("hex")
    .slice(0, 32);

/** The folder of a lift. */
export const keptLift = (id: string): string => join(root(), id);

/** Removes all but the latest lifts, and those that are under way. */
export async function forgetOldLifts(): Promise<void> {
  const names = await readdir(root()).catch(() => []);
  const ages = await Promise.all(
    names.map(async (name) => {
      const [folder, state] = [keptLift(name), join(keptLift(name), "state.safetensors")];
      const info = await stat(state).catch(() => stat(folder).catch(() => undefined));
      return { folder, at: info?.mtimeMs ?? 0, held: existsSync(`${state}.lock`) };
    }),
  );
  const old = ages.sort((a, b) => b.at - a.at).slice(most);
  for (const { folder, held } of old) if (!held) await rm(folder, { recursive: true, force: true });
}
