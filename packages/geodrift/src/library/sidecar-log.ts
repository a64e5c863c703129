/** What the index says of a sidecar once the file is as it should be. */
import { stat } from "node:fs/promises";
import type { Store } from "./store/store.js";

/** The sidecar stands: the picture is written, unless somebody has said something else of it meanwhile. */
export async function markWritten(store: Store, write: number, picture: number, sidecar: string): Promise<void> {
  const { mtimeMs } = await stat(sidecar);
  await store.transaction(async () => {
    await store.writes.finish(write, picture);
    await store.pictures.sidecarModified(picture, mtimeMs);
    await store.pictures.advance(picture, { kind: "sidecar-written" });
  });
}

/** The sidecar is what it was before: what was decided stands, until it is taken back as well. */
export async function markUndone(store: Store, write: number, picture: number, sidecar: string): Promise<void> {
  const modified = (await stat(sidecar).catch(() => undefined))?.mtimeMs ?? null;
  await store.transaction(async () => {
    await store.writes.set(write, "undone");
    await store.pictures.sidecarModified(picture, modified);
    await store.pictures.advance(picture, { kind: "sidecar-taken-back" });
  });
}
