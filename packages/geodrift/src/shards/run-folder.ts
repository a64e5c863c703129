/** Where the work of shards lies: a folder that all machines see, or a prefix in S3. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { synced } from "../files/atomic-file.js";
import { sha256OfFile } from "../files/hash.js";
import { isS3, S3Prefix } from "../files/s3.js";
import { cannotRead, cannotWrite } from "../files/system-error.js";

/** A file, and what it is known by. */
export interface HashedFile {
  file: string;
  sha256: string;
}

/** Where the work of shards lies. */
export interface RunFolder {
  /** As it was named. */
  readonly name: string;
  /** All of a small file; undefined if there is none. */
  read(file: string): Promise<Uint8Array | undefined>;
  /**
   * What is wrong with a file that is to be there; undefined if nothing is.
   * @param reading all of it is read where it lies; if false, what `open` reads anyway is left to that
   */
  wrong(hashed: HashedFile, reading: boolean): Promise<string | undefined>;
  /**
   * A file as one of this machine; of one that had to be fetched, `close` gives its room back.
   * @throws GeodriftError `data` if it is not what it is known by
   */
  open(hashed: HashedFile): Promise<{ path: string; close(): Promise<void> }>;
  /**
   * Writes a file, and puts it in its place whole, or not at all.
   * @param write all of it, to a file of this machine
   * @param named its name, once it is written
   */
  place(write: (file: string) => Promise<unknown>, named: (sha256: string) => string): Promise<HashedFile>;
}

/**
 * @param name path of a folder, or `s3://bucket/prefix`
 * @throws GeodriftError `option` as `S3Prefix.open`
 */
export const openRun = (name: string): RunFolder => (isS3(name) ? inS3(name, S3Prefix.open(name)) : onDisk(name));

let made = 0;
/** A name that no other worker uses, on this machine or another. */
const own = (): string => `${hostname()}-${process.pid}-${made++}.partial`;

const onDisk = (name: string): RunFolder => ({
  name,
  async read(file) {
    const path = join(name, file);
    return existsSync(path) ? readFile(path).catch(cannotRead(path)) : undefined;
  },
  // Reading twice costs little here, and finds what has been changed since.
  async wrong({ file, sha256 }) {
    const path = join(name, file);
    if (!existsSync(path)) return `${path} is not there`;
    if ((await sha256OfFile(path).catch(cannotRead(path))) !== sha256) return `${path} is not what was written`;
    return undefined;
  },
  open: async ({ file }) => ({ path: join(name, file), close: async () => {} }),
  async place(write, named) {
    const working = join(name, own());
    try {
      await mkdir(name, { recursive: true });
      await write(working);
      await synced(working);
      const sha256 = await sha256OfFile(working);
      const file = named(sha256);
      await rename(working, join(name, file));
      return { file, sha256 };
    } catch (e) {
      return cannotWrite(name)(e);
    } finally {
      await rm(working, { force: true });
    }
  },
});

const inS3 = (name: string, prefix: S3Prefix): RunFolder => ({
  name,
  read: (file) => prefix.read(file),
  async wrong({ file, sha256 }, reading) {
    const there = reading ? await prefix.hash(file) : (await prefix.has(file)) ? sha256 : undefined;
    if (there === undefined) return `${name}/${file} is not there`;
    return there === sha256 ? undefined : `${name}/${file} is not what was written`;
  },
  async open({ file, sha256 }) {
    const folder = await mkdtemp(join(tmpdir(), "geodrift-part-"));
    const close = () => rm(folder, { recursive: true, force: true });
    const path = join(folder, file);
    try {
      if ((await prefix.hash(file, path)) !== sha256)
        throw new GeodriftError("data", `${name}/${file}: is not what was written; its shard is to be made again`);
      return { path, close };
    } catch (e) {
      await close();
      return cannotWrite(path)(e);
    }
  },
  async place(write, named) {
    const folder = await mkdtemp(join(tmpdir(), "geodrift-part-"));
    const working = join(folder, own());
    try {
      await write(working);
      const sha256 = await sha256OfFile(working);
      const file = named(sha256);
      await prefix.put(file, working);
      return { file, sha256 };
    } catch (e) {
      return cannotWrite(working)(e);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});
