/** `geodrift serve` under load: 32 clients for a minute, with pictures from a thumbnail to twelve million pixels. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";

const home = join(dirname(createRequire(import.meta.url).resolve("geodrift")), "..");
const bin = join(home, "bin/geodrift.js");

const clients = 32;
const seconds = Number(process.env.SECONDS ?? 60);
/** Widths and formats of what is sent, small ones more often, as in life. */
const sizes = [
  [64, "png"],
  [256, "jpeg"],
  [256, "png"],
  [640, "jpeg"],
  [1024, "webp"],
  [1920, "jpeg"],
  [4000, "jpeg"],
];

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

/** Resident megabytes of a process; Linux alone says. */
const residentMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

async function pictures(folder) {
  const made = [];
  for (const [i, [width, format]] of sizes.entries()) {
    const view = readFileSync(join(home, `page/play/${i}.png`));
    const bytes = await sharp(view)
      .resize(width, Math.round(0.75 * width), { fit: "cover" })
      .toFormat(format)
      .toBuffer();
    const name = `${width}-${i}.${format}`;
    writeFileSync(join(folder, name), bytes);
    made.push({ name, bytes });
  }
  return made;
}

const settled = ({ elapsedMs: _, image: __, ...rest }) => JSON.stringify(rest);

export const benches = {
  serve: async function* () {
    const folder = mkdtempSync(join(tmpdir(), "geodrift-bench-"));
    const sent = await pictures(folder);
    // One at a time, as the server does: beside others, products of matrices round otherwise.
    const expected = new Map(
      sent.map(({ name }) => {
        const line = execFileSync(process.execPath, [bin, "locate", name, "--json"], { cwd: folder });
        return [name, JSON.parse(line.toString())];
      }),
    );
    const child = spawn(
      process.execPath,
      [bin, "serve", "--port", "0", "--queue", "24", "--library", join(folder, "index")],
      {
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    const url = await new Promise((resolve) => {
      child.stdout.on("data", (d) => resolve(/http:\S+/.exec(String(d))[0]));
    });
    const statuses = new Map();
    const times = [];
    const memory = [];
    let different = 0;
    const start = performance.now();
    const elapsed = () => (performance.now() - start) / 1000;
    const sampler = setInterval(() => memory.push([elapsed(), residentMb(child.pid)]), 500);
    const client = async (k) => {
      for (let i = k; elapsed() < seconds; i++) {
        const { name, bytes } = sent[(7 * i + k) % sent.length];
        const then = performance.now();
        let status = "failed";
        try {
          const answer = await fetch(new URL(`api/locate?name=${name}`, url), { method: "POST", body: bytes });
          status = answer.status;
          const body = await answer.json();
          if (status === 200) {
            times.push(performance.now() - then);
            if (settled(body) !== settled(expected.get(name))) different++;
          } else if (status === 429) await new Promise((resolve) => setTimeout(resolve, 200 + 100 * (k % 5)));
        } catch {
          // Counted as it stands.
        }
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: clients }, (_, k) => client(k)));
    clearInterval(sampler);
    child.kill("SIGTERM");
    await new Promise((resolve) => child.on("exit", resolve));
    times.sort((a, b) => a - b);
    const between = (from, to) => {
      const part = memory.filter(([t]) => t >= from * seconds && t < to * seconds).map(([, mb]) => mb);
      return Math.round(part.reduce((a, b) => a + b, 0) / part.length);
    };
    yield {
      bench: "serve",
      clients,
      seconds,
      statuses: Object.fromEntries(statuses),
      perSecond: Number((times.length / seconds).toFixed(1)),
      ms: {
        p50: Math.round(quantile(times, 0.5)),
        p95: Math.round(quantile(times, 0.95)),
        p99: Math.round(quantile(times, 0.99)),
      },
      residentMb: {
        fifths: [0, 1, 2, 3, 4].map((k) => between(k / 5, (k + 1) / 5)),
        peak: Math.round(Math.max(...memory.map(([, mb]) => mb))),
      },
      differentFromCommandLine: different,
    };
    rmSync(folder, { recursive: true });
  },
};
