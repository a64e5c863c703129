/** How far apart the looks of photographs are, in bits of 64: of each and what is made of it, and of two different ones. Needs ../shared/data/photos. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PictureProcesses } from "geodrift/pictures";
import sharp from "sharp";

const folder = new URL("../../shared/data/photos/", import.meta.url).pathname;

/** What becomes of photographs on their way through the world. */
const changes = {
  "400 pixels": (p) => p.resize(400).jpeg({ quality: 75 }),
  "quality 30": (p) => p.jpeg({ quality: 30 }),
  grey: (p) => p.greyscale().jpeg(),
  "a little brighter": (p) => p.modulate({ brightness: 1.15 }).jpeg(),
  "cut by 3 % at every side": (p, { width, height }) =>
    p
      .extract({
        left: Math.round(0.03 * width),
        top: Math.round(0.03 * height),
        width: Math.round(0.94 * width),
        height: Math.round(0.94 * height),
      })
      .jpeg(),
};

const apart = (a, b) => (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll("0", "").length;
const spread = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { of: sorted.length, least: sorted[0], median: at(0.5), ninety: at(0.9), most: sorted.at(-1) };
};

export const benches = {
  looks: async function* () {
    const temporary = mkdtempSync(join(tmpdir(), "geodrift-bench-"));
    const reader = new PictureProcesses();
    const look = async (bytes) => {
      const file = join(temporary, "picture.jpg");
      writeFileSync(file, bytes);
      return (await reader.do("look", file)).look;
    };
    try {
      const originals = [];
      const distances = Object.fromEntries(Object.keys(changes).map((name) => [name, []]));
      for (const name of readdirSync(folder, { recursive: true }).filter((f) => /\.(jpe?g|png)$/i.test(f))) {
        // Some are damaged on purpose.
        const bytes = await sharp(join(folder, name))
          .rotate()
          .resize(1200, 1200, { fit: "inside" })
          .jpeg({ quality: 92 })
          .toBuffer()
          .catch(() => undefined);
        if (!bytes) continue;
        const own = await look(bytes);
        originals.push(own);
        const size = await sharp(bytes).metadata();
        for (const [change, make] of Object.entries(changes))
          distances[change].push(apart(own, await look(await make(sharp(bytes), size).toBuffer())));
      }
      for (const [what, all] of Object.entries(distances)) yield { bench: "looks", what, ...spread(all) };
      const others = originals.flatMap((a, i) => originals.slice(0, i).map((b) => apart(a, b)));
      yield { bench: "looks", what: "two different ones", ...spread(others) };
    } finally {
      await reader.close();
      rmSync(temporary, { recursive: true });
    }
  },
};
