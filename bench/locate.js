/** `geodrift locate` from the outside: one picture with the start of the process, and two hundred. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { earthViews, readRaster } from "geodrift/earth";
import sharp from "sharp";
import { matmulGflops, minMs } from "./measure.js";

const bin = join(dirname(createRequire(import.meta.url).resolve("geodrift")), "../bin/geodrift.js");
const views = { seed: 1, size: 256, widthKm: [256, 768], headingDegrees: 15, centres: "globe", augment: 0 };

export const benches = {
  locate: async function* () {
    const folder = mkdtempSync(join(tmpdir(), "geodrift-bench-"));
    const blueMarble = join(
      dirname(createRequire(import.meta.url).resolve("three-globe")),
      "../example/img/earth-blue-marble.jpg",
    );
    const raster = await readRaster(blueMarble, undefined, "three-globe");
    for await (const { id, picture } of earthViews([raster], views).examples(0, 200)) {
      const { width, height, data } = picture;
      await sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg()
        .toFile(join(folder, `${id}.jpg`));
    }
    const run = async (what) => {
      execFileSync(process.execPath, [bin, "locate", what, "--json"], {
        stdio: ["ignore", "pipe", "inherit"],
        maxBuffer: 2 ** 28,
      });
    };
    const round = (x) => Number(x.toFixed(2));
    const matmul = Math.round(await matmulGflops());
    const one = await minMs(() => run(join(folder, "view-0.jpg")), 5);
    const many = await minMs(() => run(folder), 2);
    yield { bench: "locate", pictures: 1, seconds: round(one / 1000), matmulGflops: matmul };
    yield {
      bench: "locate",
      pictures: 200,
      seconds: round(many / 1000),
      perSecondAfterStart: round(199_000 / (many - one)),
      matmulGflops: matmul,
    };
    rmSync(folder, { recursive: true });
  },
};
