/** Archives for readers to be tried on: tars and zips, written by their formats. */
import { crc32, deflateRawSync } from "node:zlib";
import { pack } from "tar-stream";

/** @param members content by path, in order */
export async function tar(members: readonly (readonly [string, Buffer])[]): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of members) archive.entry({ name }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A zip (APPNOTE 4.3) whose members are compressed by turns. */
export function zip(members: readonly (readonly [string, Buffer])[]): Buffer {
  const [local, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  members.forEach(([path, content], i) => {
    const name = Buffer.from(path);
    const data = i % 2 === 0 ? content : deflateRawSync(content);
    // Version, flags, method, time, date, checksum, sizes, length of the name, length of what is extra.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(i % 2 === 0 ? 0 : 8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const head = Buffer.concat([Buffer.from("PK\x03\x04"), common, name]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02"), Buffer.from([20, 0]), common, tail, name]));
    local.push(head, data);
    offset += head.length + data.length;
  });
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, index, end]);
}

/** A NumPy array file of single-precision numbers (NEP 1, version 1). */
export function npy(values: readonly number[]): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${values.length},), }`;
  const header = `${text.padEnd(128 - 10 - 1)}\n`;
  const head = Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00", "latin1"),
    Buffer.from([header.length, 0]),
    Buffer.from(header),
  ]);
  return Buffer.concat([head, Buffer.from(Float32Array.from(values).buffer)]);
}
