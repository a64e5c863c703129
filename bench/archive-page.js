/**
 * An archive of 100,000 pictures on the page, in the system's Chromium, drawn by the processor: when the grid, the map and the calendar are
 * there, and how long frames take while the grid is scrolled through and the map is moved.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openBrowser } from "./chromium.js";
import { archive, count } from "./made-archive.js";

const bin = join(dirname(createRequire(import.meta.url).resolve("geodrift")), "../bin/geodrift.js");

/** Begins to note how far apart frames are, milliseconds. */
const watchFrames = (page) =>
  page.evaluate(() => {
    globalThis.frames = [];
    let last = performance.now();
    const next = (now) => {
      globalThis.frames.push(now - last);
      last = now;
      globalThis.watching = requestAnimationFrame(next);
    };
    globalThis.watching = requestAnimationFrame(next);
  });

async function framesOf(page) {
  const all = await page.evaluate(() => {
    cancelAnimationFrame(globalThis.watching);
    return globalThis.frames;
  });
  all.sort((a, b) => a - b);
  const at = (share) => Math.round(all[Math.min(all.length - 1, Math.floor(share * all.length))]);
  return { frames: all.length, medianMs: at(0.5), ms95: at(0.95), worstMs: at(1) };
}

export const benches = {
  "archive-page": async function* () {
    const folder = mkdtempSync(join(tmpdir(), "geodrift-bench-"));
    const index = join(folder, "index");
    await archive(join(folder, "pictures"), { kinds: 1000, located: 0.8 });
    execFileSync(process.execPath, [bin, "library", "add", join(folder, "pictures"), "--library", index]);
    const child = spawn(process.execPath, [bin, "serve", "--port", "0", "--library", index], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const url = await new Promise((resolve) => {
      child.stdout.on("data", (d) => resolve(/http:\S+\//.exec(String(d))[0]));
    });
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      page.setDefaultTimeout(120_000);
      const shown = async (hash, what) => {
        await page.goto("about:blank");
        const then = performance.now();
        await page.goto(`${url}${hash}`);
        await what();
        return Math.round(performance.now() - then);
      };
      const grid = await shown("#library=grid", () => page.locator(".grid .cell img").first().waitFor());
      await watchFrames(page);
      await page.mouse.move(700, 600);
      for (let i = 0; i < 100; i++) {
        await page.mouse.wheel(0, 400);
        await page.waitForTimeout(30);
      }
      yield {
        bench: "archive-page",
        what: "grid, scrolled through",
        pictures: count,
        shownMs: grid,
        ...(await framesOf(page)),
      };
      await watchFrames(page);
      for (let i = 1; i <= 20; i++) {
        await page
          .locator(".grid > div")
          .first()
          .evaluate((list, share) => list.scrollTo(0, share * list.scrollHeight), i / 20);
        await page.waitForTimeout(200);
      }
      yield { bench: "archive-page", what: "grid, leaps through all of it", ...(await framesOf(page)) };
      const map = await shown("#library=map", () => page.getByText(/pictures in view\.$/).waitFor());
      await page.waitForTimeout(4000);
      await watchFrames(page);
      const box = await page.locator(".archive-map canvas").boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      for (let i = 0; i < 60; i++) {
        await page.mouse.move(box.x + box.width / 2 + 5 * i, box.y + box.height / 2);
        await page.waitForTimeout(30);
      }
      await page.mouse.up();
      yield { bench: "archive-page", what: "map, turned", shownMs: map, ...(await framesOf(page)) };
      const calendar = await shown("#library=calendar", () => page.locator(".months button").first().waitFor());
      yield { bench: "archive-page", what: "calendar", shownMs: calendar };
    } finally {
      await browser.close();
      child.kill();
      rmSync(folder, { recursive: true });
    }
  },
};
