/** What one, two and four threads gain, of the whole program: by turns, medians of three. */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { earthViews, readRaster } from "geodrift/earth";
import sharp from "sharp";

const require = createRequire(import.meta.url);
const bin = join(dirname(require.resolve("geodrift")), "../bin/geodrift.js");
const runs = join(dirname(new URL(import.meta.url).pathname), "run.js");
const views = { seed: 1, size: 256, widthKm: [256, 768], headingDegrees: 15, centres: "land", augment: 0 };
const [counts, rounds, pictures] = [[1, 2, 4], 3, 60];

const environment = (threads) => ({ ...process.env, GEODRIFT_THREADS: String(threads) });
const program = (threads, ...args) =>
  execFileSync(process.execPath, [bin, ...args], { env: environment(threads), stdio: ["ignore", "pipe", "ignore"] });

/** Seconds in which a server answers all pictures, asked four at a time. */
async function serve(folder, threads) {
  const child = spawn(process.execPath, [bin, "serve", "--port", "0", "--library", join(folder, "index")], {
    env: environment(threads),
    stdio: ["ignore", "pipe", "ignore"],
  });
  const url = await new Promise((resolve) => {
    child.stdout.on("data", (d) => {
      const found = /http:\S+/.exec(String(d));
      if (found) resolve(found[0]);
    });
  });
  const bodies = Array.from({ length: pictures }, (_, i) => readFileSync(join(folder, "pictures", `view-${i}.jpg`)));
  const ask = async (body) => (await fetch(new URL("api/locate", url), { method: "POST", body })).json();
  await ask(bodies[0]);
  const then = performance.now();
  const waiting = [...bodies];
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let body = waiting.pop(); body; body = waiting.pop()) await ask(body);
    }),
  );
  const seconds = (performance.now() - then) / 1000;
  child.kill();
  await new Promise((resolve) => child.once("exit", resolve));
  return seconds;
}

const timed = (run) => {
  const then = performance.now();
  run();
  return (performance.now() - then) / 1000;
};

export const benches = {
  threads: async function* () {
    const folder = mkdtempSync(join(tmpdir(), "geodrift-bench-"));
    mkdirSync(join(folder, "pictures"));
    const blueMarble = join(dirname(require.resolve("three-globe")), "../example/img/earth-blue-marble.jpg");
    const raster = await readRaster(blueMarble, undefined, "three-globe");
    for await (const { id, picture } of earthViews([raster], views).examples(0, pictures)) {
      const { width, height, data } = picture;
      // Only pictures that say where they were taken are embedded.
      const gps = {
        GPSLatitude: "1/1 0/1 0/1",
        GPSLatitudeRef: "N",
        GPSLongitude: "1/1 0/1 0/1",
        GPSLongitudeRef: "E",
      };
      await sharp(data, { raw: { width, height, channels: 3 } })
        .withExif({ IFD3: gps })
        .jpeg()
        .toFile(join(folder, "pictures", `${id}.jpg`));
    }
    let table = 0;
    const works = {
      [`locate, ${pictures} pictures`]: (n) => timed(() => program(n, "locate", join(folder, "pictures"), "--json")),
      [`embed, ${pictures} pictures`]: (n) =>
        timed(() =>
          program(n, "embed", join(folder, "pictures"), "-o", join(folder, `${table++}.parquet`), "--encoder", "earth"),
        ),
      [`serve, ${pictures} pictures, 4 clients`]: (n) => serve(folder, n),
      "train, a step of width 512, 12 blocks, batch 1024": (n) => {
        const lines = execFileSync(process.execPath, [runs, "train-step"], { env: environment(n) }).toString();
        return JSON.parse(lines.split("\n")[0]).ms / 1000;
      },
    };
    for (const [work, run] of Object.entries(works)) {
      const seconds = counts.map(() => []);
      for (let r = 0; r < rounds; r++) for (const [k, n] of counts.entries()) seconds[k].push(await run(n));
      const medians = seconds.map((s) => s.sort((a, b) => a - b)[s.length >> 1]);
      yield {
        bench: "threads",
        work,
        seconds: Object.fromEntries(counts.map((n, k) => [n, Number(medians[k].toFixed(2))])),
        gain: Object.fromEntries(counts.map((n, k) => [n, Number((medians[0] / medians[k]).toFixed(2))])),
      };
    }
    rmSync(folder, { recursive: true });
  },
};
