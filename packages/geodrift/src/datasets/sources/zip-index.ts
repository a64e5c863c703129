/**
 * Members of many zip files by name: some 30 bytes for each, in typed arrays, so that millions of pictures can be looked up
 * without a database.
 */

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { asMendable, GeodriftError } from "@geodrift/core/errors";
import { type Entry, open, type ZipFile } from "yauzl";
import type { FileHold } from "../../pictures/memory-budget.js";
import { checkPictureBytes } from "../../pictures/read-picture.js";

/** Bytes of a member once it is unpacked: several are in memory at a time, each more than once on its way to a decoder. As in tars. */
const mostMemberBytes = 2 ** 26;

/** Members of many zip files, found by name. */
export interface ZipIndex {
  /** How many members there are. */
  length: number;
  /**
   * The bytes of a member, unpacked, by its name without folders and ending; undefined if there is none of that name.
   * @param hold waits until there is room for them
   * @throws GeodriftError `picture` for a member that is larger than pictures are, `file` for one that is damaged
   */
  read(name: string, hold?: FileHold): Promise<Uint8Array | undefined>;
  /** Closes the zip files, once what is being read has been. */
  close(): void;
}

/** The name of a member without folders and ending, as a number. */
function hashOf(name: string): bigint {
  return createHash("sha1").update(name).digest().readBigUInt64LE(0);
}

const stem = (path: string): string => basename(path).replace(/\.[^.]*$/, "");

const openZip = (file: string): Promise<ZipFile> =>
  new Promise((resolve, reject) => {
    // Names as bytes: one that is odd is nobody's, and does not end the whole.
    open(file, { lazyEntries: true, autoClose: false, decodeStrings: false }, (e, zip) =>
      e ? reject(new GeodriftError("file", `${file}: ${e.message}`, { cause: e })) : resolve(zip),
    );
  });

interface Member {
  zip: number;
  offset: number;
  compressed: number;
  plain: number;
  method: number;
}

/**
 * Reads the directories of all zips.
 * @throws GeodriftError `file` naming the zip that is none
 */
export async function indexZips(files: readonly string[]): Promise<ZipIndex> {
  const zips: ZipFile[] = [];
  for (const file of files) zips.push(await openZip(file));
  const total = zips.reduce((sum, zip) => sum + zip.entryCount, 0);
  const hashes = new BigUint64Array(total);
  const numbers = new Float64Array(5 * total);
  let n = 0;
  for (const [i, zip] of zips.entries()) {
    for await (const e of entries(zip)) {
      // Programs of Windows have written backslashes.
      const name = e.fileName.toString().replaceAll("\\", "/");
      if (name.endsWith("/")) continue;
      hashes[n] = hashOf(stem(name));
      numbers.set([i, e.relativeOffsetOfLocalHeader, e.compressedSize, e.uncompressedSize, e.compressionMethod], 5 * n);
      n++;
    }
  }
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) =>
    hashes[a] < hashes[b] ? -1 : hashes[a] > hashes[b] ? 1 : a - b,
  );
  const find = (hash: bigint): Member | undefined => {
    let [low, high] = [0, n - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (hashes[order[middle]] < hash) low = middle + 1;
      else high = middle;
    }
    if (n === 0 || hashes[order[low]] !== hash) return undefined;
    const [zip, offset, compressed, plain, method] = numbers.subarray(5 * order[low], 5 * order[low] + 5);
    return { zip, offset, compressed, plain, method };
  };
  let [reading, closing] = [0, false];
  const closeWhenRead = () => {
    if (closing && reading === 0) for (const zip of zips) zip.close();
  };
  return {
    length: n,
    async read(name, hold) {
      const member = find(hashOf(name));
      if (!member) return undefined;
      checkPictureBytes(member.plain, mostMemberBytes);
      reading++;
      try {
        await hold?.take(member.plain);
        return await readMember(zips[member.zip], member).catch(
          asMendable("file", (said) => `its zip is damaged there (${said})`),
        );
      } finally {
        reading--;
        closeWhenRead();
      }
    },
    close: () => {
      closing = true;
      closeWhenRead();
    },
  };
}

async function* entries(zip: ZipFile): AsyncGenerator<Entry> {
  for (let left = zip.entryCount; left > 0; left--)
    yield await new Promise<Entry>((resolve, reject) => {
      zip.once("entry", resolve);
      zip.once("error", reject);
      zip.readEntry();
    }).finally(() => zip.removeAllListeners());
}

/** As much of a directory's entry as reading wants. */
function readMember(zip: ZipFile, { offset, compressed, plain, method }: Member): Promise<Uint8Array> {
  const entry = {
    relativeOffsetOfLocalHeader: offset,
    compressedSize: compressed,
    uncompressedSize: plain,
    compressionMethod: method,
    generalPurposeBitFlag: 0,
    isEncrypted: () => false,
    isCompressed: () => method === 8,
    canDecodeFileData: () => method === 0 || method === 8,
  } as unknown as Entry;
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error) return reject(error);
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => resolve(Buffer.concat(chunks)));
      stream.on("error", reject);
    });
  });
}
