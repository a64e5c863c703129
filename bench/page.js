/** The page of `geodrift serve` in the system's Chromium, nothing cached: when it is seen, when it can be used, and what it fetches. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openBrowser } from "./chromium.js";

const bin = join(dirname(createRequire(import.meta.url).resolve("geodrift")), "../bin/geodrift.js");
const rounds = 7;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function served(folder) {
  const child = spawn(process.execPath, [bin, "serve", "--port", "0", "--library", join(folder, "index")]);
  const url = await new Promise((resolve, reject) => {
    child.stdout.on("data", (d) => {
      const [found] = /http:\/\/\S+\//.exec(String(d)) ?? [];
      if (found) resolve(found);
    });
    child.on("exit", () => reject(new Error("serve has ended")));
  });
  return { url, child };
}

/** One visit, by a browser that was never here. */
async function visit(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  const kinds = new Map();
  let [all, script] = [0, 0];
  devtools.on("Network.responseReceived", ({ requestId, type }) => kinds.set(requestId, type));
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    all += encodedDataLength;
    if (kinds.get(requestId) === "Script") script = Math.max(script, encodedDataLength);
  });
  const then = performance.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.getByRole("button", { name: "Choose a picture" }).waitFor();
  // It is usable when the page's thread answers.
  await page.evaluate(() => new Promise(requestAnimationFrame));
  const button = performance.now() - then;
  await page.waitForLoadState("networkidle");
  const settled = performance.now() - then;
  const paint = await page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
  );
  await context.close();
  return { paint, button, settled, all, script };
}

export const benches = {
  page: async function* () {
    const folder = mkdtempSync(join(tmpdir(), "geodrift-bench-"));
    const { url, child } = await served(folder);
    const visits = [];
    const load = loadavg()[0];
    for (let i = 0; i < rounds; i++) {
      // Nor is the browser's own start a part of it.
      const browser = await openBrowser();
      await (await browser.newPage()).goto("about:blank");
      visits.push(await visit(browser, url));
      await browser.close();
    }
    child.kill();
    rmSync(folder, { recursive: true, force: true });
    const of = (key, unit) => Number((median(visits.map((v) => v[key])) / unit).toFixed(2));
    yield {
      bench: "page",
      firstPaintSeconds: of("paint", 1000),
      buttonSeconds: of("button", 1000),
      settledSeconds: of("settled", 1000),
      fetchedMb: of("all", 1e6),
      largestScriptKb: of("script", 1e3),
      load: Number(load.toFixed(1)),
      rounds,
    };
  },
};
