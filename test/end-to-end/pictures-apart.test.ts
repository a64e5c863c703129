/** Pictures that are read in processes of their own: the answers are the same, and what happens to such a process costs one of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PictureProcesses } from "../../packages/geodrift/dist/pictures/picture-processes.js";
import { readingHere } from "../../packages/geodrift/dist/pictures/picture-tasks.js";
import { photograph } from "./photographs.js";
import { childrenOf, commandOf, hasLoaded } from "./process-tree.js";
import { raw, sentence, startServer } from "./server.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-apart-"));
const processes = new PictureProcesses({ count: 2 });
const preparation = { size: 64, square: "cover" } as const;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  writeFileSync(at("fine.jpg"), await photograph({ seed: 1, lat: 12, lng: 34, time: "2024:05:01 12:00:00" }));
  writeFileSync(at("letter.jpg"), "Dear Sir or Madam");
  // More than a second to decode where that is fast.
  const grey = { channels: 3, background: "#888" } as const;
  const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
  const tile = await sharp({ create: { ...grey, width: 500, height: 500, noise } })
    .png()
    .toBuffer();
  const slow = sharp({ create: { ...grey, width: 9000, height: 9000 } }).composite([{ input: tile, tile: true }]);
  writeFileSync(at("slow.jpg"), await slow.jpeg({ progressive: true, quality: 80 }).toBuffer());
});
afterAll(async () => {
  await processes.close();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Ends what reads pictures for a process, as the fault of a decoder does: at most so many times, while something is waited for.
 * @returns how many were
 */
async function killReaders(most: number, waited: Promise<unknown>, pid = process.pid): Promise<number> {
  let over = false;
  const end = () => {
    over = true;
  };
  waited.then(end, end);
  const killed = new Set<number>();
  while (!over && killed.size < most) {
    await delay(20);
    for (const child of childrenOf(pid)) {
      if (killed.size >= most || killed.has(child) || !commandOf(child).includes("picture-process")) continue;
      // Not before it has begun to read.
      if (!hasLoaded(child, "libvips")) continue;
      await delay(300);
      if (over || commandOf(child) === "") continue;
      process.kill(child, "SIGSEGV");
      killed.add(child);
    }
  }
  return killed.size;
}

describe("a process that reads pictures", () => {
  it("gives what this one gives, errors as well", async () => {
    const heic = join(import.meta.dirname, "../fixtures/nile.heic");
    for (const file of [at("fine.jpg"), heic]) {
      const [there, here] = await Promise.all([processes, readingHere].map((r) => r.do("read", file, preparation)));
      expect({ ...there, data: [...there.data] }).toEqual({ ...here, data: [...here.data] });
      expect(await processes.do("describe", file)).toEqual(await readingHere.do("describe", file));
    }
    for (const file of [at("letter.jpg"), at("none.jpg")]) {
      const why = await readingHere.do("read", file, preparation).catch((e: Error) => e);
      await expect(processes.do("read", file, preparation)).rejects.toMatchObject({
        ...{ name: "GeodriftError", code: (why as { code?: string }).code, message: (why as Error).message },
      });
    }
  });

  it.runIf(process.platform === "linux")(
    "that is ended costs nothing once, and twice the picture's answer",
    async () => {
      // Whatever else reads here is gone.
      await processes.close();
      const own = new PictureProcesses({ count: 1 });
      const once = own.do("square", readFileSync(at("slow.jpg")), preparation);
      expect(await killReaders(1, once)).toBe(1);
      expect((await once).width).toBe(64);
      const twice = own.do("read", at("slow.jpg"), preparation);
      const next = own.do("read", at("fine.jpg"), preparation);
      expect(await killReaders(2, twice)).toBe(2);
      await expect(twice).rejects.toMatchObject({
        ...{ code: "picture", message: "the process that reads it ends of it (SIGSEGV)" },
      });
      expect((await next).metadata.place).toEqual({ lat: 12, lng: 34 });
      await own.close();
    },
  );

  it.runIf(process.platform === "linux")("that takes too long costs the picture its answer", async () => {
    await processes.close();
    const own = new PictureProcesses({ count: 1, seconds: 3 });
    await own.do("describe", at("fine.jpg"));
    // However fast a machine is, it reads nothing while it stands still.
    for (const child of childrenOf(process.pid)) {
      if (commandOf(child).includes("picture-process")) process.kill(child, "SIGSTOP");
    }
    await expect(own.do("describe", at("fine.jpg"))).rejects.toMatchObject({
      ...{ code: "picture", message: "it takes more than 3 s to read" },
    });
    expect(await own.do("describe", at("fine.jpg"))).toMatchObject({ size: { width: 80, height: 80 } });
    await own.close();
  });

  it.runIf(process.platform === "linux")("keeps a server answering whatever becomes of it", async () => {
    const server = await startServer();
    const ask = (name: string) =>
      raw(server, "/api/locate?samples=16&steps=2", { method: "POST", body: readFileSync(at(name)) });
    const slow = ask("slow.jpg");
    await killReaders(Number.POSITIVE_INFINITY, slow, server.child.pid);
    const refused = await slow;
    expect([refused.status, sentence(refused)]).toEqual([
      ...[400, expect.stringContaining("the process that reads it ends of it")],
    ]);
    expect((await ask("fine.jpg")).status).toBe(200);
    await server.stop();
  });

  it.runIf(process.platform === "linux")("is gone when the scan that it has read for has ended", async () => {
    const server = await startServer();
    const headers = { "content-type": "application/json" };
    await raw(server, "/api/library/folders", { method: "POST", headers, body: JSON.stringify({ path: folder }) });
    const job = async () => JSON.parse((await raw(server, "/api/library")).body.toString()).job;
    while ((await job()).running) await delay(100);
    expect(await job()).toMatchObject({ progress: { found: 3, read: 3 } });
    expect(childrenOf(server.child.pid as number)).toEqual([]);
    await server.stop();
  });
});
