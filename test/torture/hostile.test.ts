/**
 * Files that are made to end the process or to take the machine, beside one that is as it should be: that one has its answer, each of the
 * others costs one sentence, and the memory stays bounded. `npm run torture -- -t hostile` takes them in full size; in the tests they are
 * smaller.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zip } from "../end-to-end/archives.js";
import { photograph } from "../end-to-end/photographs.js";
import { residentMiB } from "../end-to-end/process-tree.js";
import { start } from "../end-to-end/program.js";

const full = process.env.npm_lifecycle_event === "torture";
/** MiB that no command may come to, whatever it is given. */
const most = 1000;
/** The same for pictures that are large and no more: two are decoded at a time, each by a process of its own. */
const mostOfLarge = 500;
const root = mkdtempSync(join(tmpdir(), "geodrift-hostile-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const write = (name: string, bytes: Uint8Array | string): string => {
  const file = join(root, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return file;
};

/** Runs the program and watches its memory, with what it starts, where the system tells it. */
async function watched(...args: string[]) {
  const { child, outcome } = start(args, root);
  let peak = 0;
  const looking = setInterval(() => {
    peak = Math.max(peak, residentMiB(child.pid as number));
  }, 50);
  const { code, stdout, stderr } = await outcome;
  clearInterval(looking);
  return { code, stdout, stderr, peak };
}

function png(extra: Buffer): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const [head, tail] = [Buffer.alloc(4), Buffer.alloc(4)];
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    head.writeUInt32BE(data.length);
    tail.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, tail]);
  };
  const header = Buffer.from([0, 0, 0, 64, 0, 0, 0, 64, 8, 2, 0, 0, 0]);
  const rows = Buffer.alloc(64 * (1 + 3 * 64), 90);
  for (let y = 0; y < 64; y++) rows[y * 193] = 0;
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    ...[chunk("IHDR", header), extra.length > 0 ? chunk("iTXt", extra) : extra, chunk("IDAT", deflateSync(rows))],
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

let fine: Uint8Array;
beforeAll(async () => {
  fine = await photograph({ seed: 3, lat: 12, lng: 34, time: "2024:05:01 12:00:00" });
});

describe("a hostile file", () => {
  it("whose metadata are millions of elements costs its own answer alone", async () => {
    const packet = Buffer.from("XML:com.adobe.xmp\0\0\0\0\0");
    const count = full ? 6_000_000 : 400_000;
    write("xmp/deep.png", png(Buffer.concat([packet, Buffer.from("<a>".repeat(count))])));
    write("xmp/wide.png", png(Buffer.concat([packet, Buffer.from(`<a>${"<b/>".repeat(count)}</a>`)])));
    write("xmp/side.png", png(Buffer.alloc(0)));
    const nested = Array.from({ length: 100_000 }, (_, i) => `<n${i}:a xmlns:n${i}="u${i}">`).join("");
    write("xmp/side.xmp", nested);
    write("xmp/fine.jpg", fine);
    const { code, stdout, peak } = await watched("locate", "xmp", "--anyway", "--json");
    expect([code, stdout.trim().split("\n").length]).toEqual([0, 4]);
    expect(peak).toBeLessThan(most);
    const added = await watched("library", "add", "xmp", "--library", join(root, "index"));
    expect([added.code, added.stdout]).toEqual([0, expect.stringContaining("4 pictures, 4 new")]);
    expect(added.peak).toBeLessThan(most);
  });

  it("whose pixels are most of a gigabyte is decoded when the one before is done", async () => {
    const side = full ? 14_900 : 9_000;
    const create = { width: side, height: side, channels: 3, background: "#369" } as const;
    const jpeg = await sharp({ create, limitInputPixels: false }).jpeg({ progressive: true, quality: 20 }).toBuffer();
    const copies = full ? 6 : 2;
    for (let i = 0; i < copies; i++) write(`pixels/${i}.jpg`, Buffer.concat([jpeg, Buffer.from([i])]));
    write("pixels/fine.jpg", fine);
    const { code, stdout, peak } = await watched("locate", "pixels", "--anyway", "--json");
    expect([code, stdout.trim().split("\n").length]).toEqual([0, copies + 1]);
    expect(peak).toBeLessThan(most);
  });

  it("of 30,000 pixels along a side has its answer, and a square of them one sentence", async () => {
    const [long, short] = [30_000, full ? 8_900 : 2_000];
    const create = (width: number, height: number) =>
      sharp({ create: { width, height, channels: 3, background: "#369" }, limitInputPixels: false });
    write("long/wide.jpg", await create(long, short).jpeg({ quality: 20 }).toBuffer());
    write("long/tall.jpg", await create(short, long).jpeg({ quality: 20 }).toBuffer());
    write("long/wide.png", await create(long, short).png({ compressionLevel: 1 }).toBuffer());
    if (full) write("long/square.jpg", await create(long, long).jpeg({ quality: 20 }).toBuffer());
    const { stdout, peak } = await watched("locate", "long", "--anyway", "--json");
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const refused = answers.flatMap(({ image, error }) => (error ? [`${image}: ${error}`] : []));
    expect(refused).toEqual(full ? [expect.stringMatching(/square\.jpg: has more pixels than the limit of 268/)] : []);
    expect(answers).toHaveLength(full ? 4 : 3);
    expect(peak).toBeLessThan(mostOfLarge);
  });

  it("that is gigabytes of nothing is not read", async () => {
    for (let i = 0; i < 6; i++) truncateSync(write(`sparse/${i}.jpg`, fine), 1.5e9);
    write("sparse/fine.jpg", fine);
    const { stdout, stderr, peak } = await watched("locate", "sparse", "--anyway", "--json");
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.filter(({ error }) => /1431 MiB, and a picture at most 512/.test(error))).toHaveLength(6);
    expect(answers.filter(({ error }) => error === undefined)).toHaveLength(1);
    expect(stderr).not.toMatch(/at .*\.js:\d+/);
    expect(peak).toBeLessThan(most);
  });

  // In the tests the reader of zips is asked by itself.
  it.runIf(full)("that is vast once it is unpacked costs its own row", async () => {
    const [vast, large] = [500, 60].map((mib) => Buffer.alloc(mib * 2 ** 20));
    // Every second member is deflated; the others are as large as they say.
    const small = (name: string): [string, Buffer] => [name, Buffer.from(name)];
    for (const k of [1, 2])
      write(
        `osv/images/train/0${k}.zip`,
        zip([small("a.txt"), [`${k}.jpg`, vast], small("b.txt"), [`${k + 2}.jpg`, large]]),
      );
    write("osv/images/train/03.zip", zip([["5.jpg", Buffer.from(fine)]]));
    write("osv/train.csv", `id,latitude,longitude\n${[1, 2, 3, 4, 5].map((id) => `${id},10,20`).join("\n")}\n`);
    const { code, stdout, peak } = await watched("embed", "osv", "-o", "osv.parquet", "--encoder", "earth");
    expect([code, stdout]).toEqual([0, expect.stringContaining("1 embedded, 4 refused")]);
    const refused = readFileSync(join(root, "osv.refused.csv"), "utf8").trim().split("\n").slice(1);
    for (const line of refused)
      expect(line).toContain(
        /^[12],/.test(line) ? "the file has 500 MiB, and a picture at most 64" : "not a picture in a known format",
      );
    expect(peak).toBeLessThan(most);
  });
});
