/** The smallest PMTiles archive (version 3): one picture of the whole world. */

const varint = (n: number): number[] => (n < 128 ? [n] : [(n % 128) + 128, ...varint(Math.floor(n / 128))]);

export function worldPmtiles(png: Buffer): Buffer {
  // One entry: tile 0, once, of so many bytes, at the beginning of the tiles.
  const directory = Buffer.from([...varint(1), ...varint(0), ...varint(1), ...varint(png.length), ...varint(1)]);
  const metadata = Buffer.from("{}");
  const header = Buffer.alloc(127);
  header.write("PMTiles");
  header[7] = 3;
  const parts = [directory, metadata, Buffer.alloc(0), png];
  let offset = header.length;
  parts.forEach((part, i) => {
    header.writeBigUInt64LE(BigInt(offset), 8 + 16 * i);
    header.writeBigUInt64LE(BigInt(part.length), 16 + 16 * i);
    offset += part.length;
  });
  for (const at of [72, 80, 88]) header.writeBigUInt64LE(1n, at);
  // Clustered; neither directories nor tiles compressed; PNG; zoom 0 alone.
  header.set([1, 1, 1, 2, 0, 0], 96);
  for (const [at, degrees] of [
    [102, -180],
    [106, -85],
    [110, 180],
    [114, 85],
  ])
    header.writeInt32LE(degrees * 1e7, at);
  return Buffer.concat([header, ...parts]);
}
