/** A server with a browser in front of it, for the tests of one file. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll } from "vitest";
import { photograph } from "../end-to-end/photographs.js";
import { geodrift } from "../end-to-end/program.js";
import { startServer, type TestServer } from "../end-to-end/server.js";
import { flat, openBrowser } from "./browser.js";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** One of the pictures that come with the page's game. */
export const played = (number: number): Buffer => readFileSync(join(root, `packages/geodrift/page/play/${number}.png`));

/** A view of the Nile's delta. */
export const nile = played(0);

/** What is no view from above. */
export function stripes(): Promise<Buffer> {
  const pixels = Buffer.from(Array.from({ length: 3 * 64 * 64 }, (_, i) => (Math.floor(i / 24) % 2 ? 250 : 10)));
  return sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toBuffer();
}

/** The town, or what else an answer says first. */
export const answered = (page: Page) => page.locator(".answer h2");

/** Where a look at what is tested is kept, if somebody wants one. */
export const shots = process.env.GEODRIFT_SCREENSHOTS;

/** Keeps a look at a page. */
export async function look(page: Page, name: string): Promise<void> {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

/** What a server is started with, from things that are put into a folder for it. */
type Serving = (folder: string) => Promise<string[]>;

/** A second model to switch to, and the one that answers: the same one under another name. */
export const withSecondModel: Serving = async (folder) => {
  const model = join(folder, "second");
  cpSync(join(root, "packages/geodrift/models/earth"), model, { recursive: true });
  const description = join(model, "model.json");
  writeFileSync(description, readFileSync(description, "utf8").replace('"earth"', '"second"'));
  return ["--model", model];
};

/** Where the pictures of `withArchive` lie. */
export const photosOf = (folder: string): string => join(folder, "photos");

/** An archive of six photographs a minute apart, of which the last has a place. */
export const withArchive: Serving = async (folder) => {
  const photos = photosOf(folder);
  mkdirSync(photos);
  for (let seed = 1; seed <= 6; seed++)
    writeFileSync(
      join(photos, `${seed}.jpg`),
      await photograph({ seed, time: `2024:05:01 12:0${seed}:00`, ...(seed === 6 && { lat: 60.4, lng: 5.3 }) }),
    );
  const index = join(folder, "index");
  await geodrift(["library", "add", photos, "--library", index]);
  return ["--library", index];
};

/** A browser, a server's address, and a folder for whatever a test leaves; all there while tests run. */
export interface Served {
  readonly browser: Browser;
  /** The same browser without a globe: for what none is needed for, at a fraction of the time. */
  readonly flat: Browser;
  readonly url: string;
  readonly folder: string;
}

/**
 * Starts a server and a browser before the tests of a file, and ends both after them.
 * @param options `globe`: without it maps are flat, which costs a processor that draws by itself a fraction
 */
export function servedPage(serving: Serving = async () => [], { globe = true } = {}): Served {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  let browser: Browser;
  let plain: Browser;
  let server: TestServer;
  beforeAll(async () => {
    plain = await openBrowser(flat);
    browser = globe ? await openBrowser() : plain;
    server = await startServer(await serving(folder), { GEODRIFT_CACHE: join(folder, "cache") });
  });
  afterAll(async () => {
    await browser?.close();
    await plain?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    get browser() {
      return browser;
    },
    get flat() {
      return plain;
    },
    get url() {
      return server.url;
    },
  };
}
