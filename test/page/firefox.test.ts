/** The page in Firefox, as Debian has it: Playwright brings a Firefox of its own, and cannot speak to others; Puppeteer can. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type ElementHandle, launch, type Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../end-to-end/server.js";
import { nile, shots } from "./served.js";

const executablePath = ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find((f) => existsSync(f));
if (!executablePath) console.warn("The page is not tested in Firefox: there is none on this machine.");

describe.skipIf(!executablePath)("the page in Firefox", () => {
  const folder = mkdtempSync(join(tmpdir(), "firefox-"));
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  beforeAll(async () => {
    server = await startServer(["--port", "0"]);
    browser = await launch({ browser: "firefox", executablePath, headless: true });
    page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    await page.setViewport({ width: 1200, height: 800 });
    page.on("pageerror", (e) => complaints.push(String(e)));
    await page.goto(server.url);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const shown = (words: string) => page.waitForSelector(`::-p-text(${words})`);

  it("locates a picture, says it in another language, and keeps both through a reload", async () => {
    const picture = join(folder, "nile.png");
    writeFileSync(picture, nile);
    const input = await page.waitForSelector("input[type=file]");
    await (input as ElementHandle<HTMLInputElement>).uploadFile(picture);
    await page.waitForSelector(".answer h2");
    expect(await page.$eval(".answer h2", (e) => e.textContent)).toMatch(/Egypt$/);
    // Without a graphics card there is a flat map here.
    await page.waitForSelector(".flat svg path, canvas.maplibregl-canvas");
    await page.select("header select", "de");
    await shown("Länder");
    expect(await page.$eval(".answer h2", (e) => e.textContent)).toMatch(/Ägypten$/);
    await page.reload();
    await shown("Früher");
    expect(await page.$eval("html", (e) => e.lang)).toBe("de");
    await page.select("header select", "en");
    await shown("Earlier");
    if (shots) await page.screenshot({ path: join(shots, "firefox.png") });
    expect(complaints).toEqual([]);
  });

  it("plays a picture by keyboard, and shows an empty archive", async () => {
    await page.goto(`${server.url}#play=7`);
    await shown("Picture 1 of 5");
    await page.waitForSelector("img.puzzle");
    await page.keyboard.press("m");
    await (await shown("That is my guess"))?.click();
    await shown("You: ");
    await page.goto(`${server.url}#library`);
    await shown("First steps");
    expect(complaints).toEqual([]);
  });
});
