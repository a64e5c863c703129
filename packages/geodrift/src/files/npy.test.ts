import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readNpy } from "./npy.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-files-"));
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const text = Buffer.from(`${header.padEnd(117)}\n`);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from("\x93NUMPY", "latin1"), Buffer.from([version, 0]), length, text, data]);
}
const bytes = (x: Float32Array | Float64Array) => new Uint8Array(x.buffer);
const head = (type: string, shape: string, fortran = "False") =>
  `{'descr': '${type}', 'fortran_order': ${fortran}, 'shape': (${shape}), }`;

describe("NumPy arrays", () => {
  it.each([1, 2, 3])("of version %d are read, floats of either width", async (version) => {
    const single = file("a.npy", npy(head("<f4", "3,"), bytes(Float32Array.of(1, -2, 0.5)), version));
    expect(await readNpy(single)).toEqual({ shape: [3], data: Float32Array.of(1, -2, 0.5) });
    const double = file("b.npy", npy(head("<f8", "1, 2"), bytes(Float64Array.of(4, 5)), version));
    expect(await readNpy(double)).toEqual({ shape: [1, 2], data: Float32Array.of(4, 5) });
  });
  it.each([
    ["nothing", "", "is not a NumPy array file"],
    ["text", "these are no numbers", "is not a NumPy array file"],
    ["whole", npy(head("<i8", "1,"), new Uint8Array(8)), 'floats of 4 or 8 bytes are read, got "<i8"'],
    ["columns", npy(head("<f4", "2, 2", "True"), new Uint8Array(16)), "this array has columns first"],
    [
      "cut",
      npy(head("<f4", "4,"), new Uint8Array(12)),
      "[4] takes 16 bytes, the file has 12: it is cut off or damaged",
    ],
  ])("of %s are one sentence", async (name, content, sentence) => {
    await expect(readNpy(file(`${name}.npy`, content))).rejects.toThrow(
      `${name}.npy: ${sentence}`.replace(": this", ": rows first is the order that is read, this"),
    );
  });
  it("that are missing are one sentence", async () => {
    await expect(readNpy(join(folder, "none.npy"))).rejects.toThrow("none.npy: no such file");
  });
});
