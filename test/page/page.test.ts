/** The page in a real browser, on a real server. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHub } from "../end-to-end/hub.js";
import { photograph } from "../end-to-end/photographs.js";
import { geodrift } from "../end-to-end/program.js";
import { dinoRepository, plonkRepository } from "../end-to-end/released.js";
import { startServer, type TestServer } from "../end-to-end/server.js";
import { drop, hasBrowser, openBrowser, openPage, violations } from "./browser.js";
import { worldPmtiles } from "./pmtiles.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const nile = readFileSync(join(root, "packages/geodrift/page/play/0.png"));
const temporary = mkdtempSync(join(tmpdir(), "page-"));
const photos = join(temporary, "photos");
const library = join(temporary, "index");

/** Where a look at what is tested is kept, if somebody wants one. */
const shots = process.env.GEODRIFT_SCREENSHOTS;
async function look(page: Page, name: string): Promise<void> {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

/** What is no view from above. */
function stripes(): Promise<Buffer> {
  const pixels = Buffer.from(Array.from({ length: 3 * 64 * 64 }, (_, i) => (Math.floor(i / 24) % 2 ? 250 : 10)));
  return sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toBuffer();
}

let browser: Browser;
let server: TestServer;

describe.skipIf(!hasBrowser)("the page", () => {
  beforeAll(async () => {
    // A second model to switch to: the same one under another name.
    cpSync(join(root, "packages/geodrift/models/earth"), join(temporary, "second"), { recursive: true });
    const description = join(temporary, "second/model.json");
    writeFileSync(description, readFileSync(description, "utf8").replace('"earth"', '"second"'));
    mkdirSync(photos);
    for (let seed = 1; seed <= 6; seed++)
      writeFileSync(
        join(photos, `${seed}.jpg`),
        await photograph({ seed, time: `2024:05:01 12:0${seed}:00`, ...(seed === 6 && { lat: 60.4, lng: 5.3 }) }),
      );
    await geodrift(["library", "add", photos, "--library", library]);
    browser = await openBrowser();
    const env = { GEODRIFT_CACHE: join(temporary, "cache") };
    server = await startServer(["--library", library, "--model", join(temporary, "second")], env);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(temporary, { recursive: true, force: true });
  });

  const answered = (page: Page) => page.locator(".answer h2");

  it("locates a picture that is dropped, and shows the way from noise to places", async () => {
    const { page, complaints } = await openPage(browser, server.url, { moving: true });
    await page.getByText("Drop a picture.").waitFor();
    await look(page, "empty");
    await drop(page, "nile.png", nile);
    await answered(page).waitFor();
    expect(await answered(page).innerText()).toContain("Egypt");
    expect(await page.locator(".side .status").innerText()).toMatch(/^Done: .*Egypt, .* km radius for 90 %/);
    const step = page.locator(".timeline .step");
    await page.waitForFunction(() => document.querySelector(".timeline .step")?.textContent === "places");
    await look(page, "answer");
    // Back to the noise, and forth again.
    const slider = page.getByRole("slider", { name: "Step from noise to places" });
    await slider.fill("0");
    expect(await step.innerText()).toBe("noise");
    await slider.fill("4.5");
    expect(await step.innerText()).toBe("4.5 / 8");
    await look(page, "drifting");
    await page.getByRole("button", { name: "Play from noise to places" }).click();
    await page.waitForFunction(() => document.querySelector(".timeline .step")?.textContent === "places");
    // What is no picture is said; another picture is pasted.
    await drop(page, "notes.txt", Buffer.from("hello"), "text/plain");
    await page.getByText("notes.txt is not a picture.").waitFor();
    await drop(page, "crete.png", readFileSync(join(root, "packages/geodrift/page/play/5.png")), "image/png", "paste");
    await page.getByAltText("Picture: crete.png").waitFor();
    // Of a few islands the model says that they do not look like what it is for: its answer is there, folded up.
    await page.waitForFunction(() => /Greece/.test(document.querySelector(".answer")?.textContent ?? ""));
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("brings an answer back from its link, in another browser, without its picture or with it", async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await drop(page, "nile.png", nile);
    await answered(page).waitFor();
    const said = async (where: Page) => [
      await answered(where).innerText(),
      await where.locator(".odds").innerText(),
      await where.locator(".areas").innerText(),
    ];
    const here = await said(page);
    const linkOf = async () => {
      await page.getByRole("button", { name: "Copy a link to this answer" }).click();
      await page.getByText(/^The link is copied: [\d,]+ characters\.$/).waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const bare = await linkOf();
    expect(bare.length).toBeLessThan(40_000);
    await page.getByLabel("with a small picture").check();
    const pictured = await linkOf();
    expect(pictured.length).toBeGreaterThan(bare.length);
    await page.close();
    const context = await browser.newContext({ reducedMotion: "reduce" });
    const other = await context.newPage();
    const asked: string[] = [];
    other.on("request", (r) => asked.push(r.url()));
    await other.goto(bare);
    await other.getByText("An answer to nile.png, from a link; the picture did not come along.").waitFor();
    expect(await said(other)).toEqual(here);
    await look(other, "linked");
    // Nothing of it goes to a server, and nothing can be asked about a picture that is not there.
    expect(asked.filter((url) => /answer=|\/api\/locate/.test(url))).toEqual([]);
    expect(await other.getByRole("button", { name: /evidence/ }).count()).toBe(0);
    expect(await violations(other)).toEqual([]);
    await other.evaluate((hash) => (location.hash = hash), new URL(pictured).hash);
    await other.getByText("An answer to nile.png, from a link.", { exact: true }).waitFor();
    await other.getByAltText("Picture: nile.png").waitFor();
    expect(await said(other)).toEqual(here);
    // Another picture takes its place, in the address as well.
    await drop(other, "island.png", readFileSync(join(root, "packages/geodrift/page/play/4.png")));
    await other.getByText("from a link").waitFor({ state: "detached" });
    expect(new URL(other.url()).hash).toBe("#locate");
    await other.evaluate((hash) => (location.hash = hash), new URL(bare).hash.slice(0, 300));
    await other.getByText("This link is cut off or damaged: there is no answer in it.").waitFor();
    await context.close();
    expect(complaints).toEqual([]);
  });

  it("draws a flat map where a browser draws no globe: answers, pins, the game", async () => {
    const plain = await openBrowser("--disable-3d-apis");
    try {
      const { page, complaints } = await openPage(plain, server.url);
      await page.getByText("There is no globe here, so this is a flat map.").waitFor();
      await drop(page, "nile.png", nile);
      await answered(page).waitFor();
      expect(await page.locator(".flat path").count()).toBeGreaterThan(2);
      const text = page.locator(".flat text").first();
      expect(await text.textContent()).toMatch(/^\d+ %$/);
      // The answer is in the middle, and a click there asks how likely it is.
      const map = await page.locator(".flat svg").boundingBox();
      if (!map) throw new Error("there is no map");
      await page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
      const here = await page.locator(".here").innerText();
      expect(here).toMatch(/times as likely as anywhere.*; [\d.]+ km from the best guess$/);
      await look(page, "flat");
      await page.getByRole("button", { name: "The whole world" }).click();
      await page
        .getByLabel(/^Where was it\?: map of the answer/)
        .first()
        .waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole("link", { name: "Play" }).click();
      await page.getByText("Picture 1 of 5").waitFor();
      await page.keyboard.press("m");
      await page.getByRole("button", { name: "That is my guess" }).press("Enter");
      await page.getByText(/^You: /).waitFor();
      await look(page, "flat-play");
      expect(complaints.filter((text) => !/WebGL/i.test(text))).toEqual([]);
    } finally {
      await plain.close();
    }
  });

  it("prints an answer on two pages at most, with its map", async () => {
    const { page, complaints } = await openPage(browser, server.url, { viewport: { width: 1440, height: 900 } });
    await page.getByRole("button", { name: "Dark" }).click();
    await drop(page, "nile.png", nile);
    await answered(page).waitFor();
    await page.waitForTimeout(2000);
    const pdf = await page.pdf({ format: "A4", printBackground: true });
    expect(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length).toBeLessThanOrEqual(2);
    // What was drawn for it is gone when it is printed.
    expect(await page.locator(".printed").count()).toBe(0);
    await page.evaluate(() => void window.dispatchEvent(new Event("beforeprint")));
    const [drawn = ""] = await page
      .locator(".printed")
      .evaluateAll((all) => all.map((i) => (i as HTMLImageElement).src));
    const { channels } = await sharp(Buffer.from(drawn.slice(drawn.indexOf(",") + 1), "base64")).stats();
    expect(Math.max(...channels.map((c) => c.stdev))).toBeGreaterThan(10);
    await page.emulateMedia({ media: "print" });
    expect(await page.getByRole("button").filter({ visible: true }).count()).toBe(0);
    expect(await answered(page).isVisible()).toBe(true);
    await page.setViewportSize({ width: 720, height: 1000 });
    if (shots) {
      await page.screenshot({ path: join(shots, "printed.png"), fullPage: true });
      writeFileSync(join(shots, "printed.pdf"), pdf);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("keeps answers, settings and looks through other views and a reload, until they are to be forgotten", async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await page.getByText("Model second:").waitFor();
    await page.getByRole("button", { name: "A strait" }).click();
    await answered(page).waitFor();
    await page.locator("input[type=file]").setInputFiles(
      [
        ["nile.png", nile],
        ["island.png", readFileSync(join(root, "packages/geodrift/page/play/4.png"))],
      ].map(([name, buffer]) => ({ name, buffer, mimeType: "image/png" }) as never),
    );
    const before = page.getByRole("region", { name: "Answers of before" });
    for (const name of ["nile.png", "island.png", "A strait.webp"])
      await before.getByRole("button", { name: new RegExp(`^${name}: `) }).waitFor();
    expect(await answered(page).innerText()).toContain("Egypt");
    await page.getByRole("button", { name: "Plain map" }).click();
    await page.getByRole("link", { name: "Compare" }).click();
    await page.getByRole("heading", { name: "Compare" }).waitFor();
    await page.getByRole("link", { name: "Locate" }).click();
    expect(await answered(page).innerText()).toContain("Egypt");
    await page.reload();
    await page.getByAltText("Picture: nile.png").waitFor();
    expect(await answered(page).innerText()).toContain("Egypt");
    await page.getByRole("button", { name: "Satellite" }).waitFor();
    await before.getByRole("button", { name: /^island\.png: .*New Zealand/ }).click();
    await page.getByAltText("Picture: island.png").waitFor();
    expect(await answered(page).innerText()).toContain("New Zealand");
    expect(await violations(page)).toEqual([]);
    await look(page, "kept");
    await page.getByRole("button", { name: "Forget them all" }).click();
    await page.getByText("Drop a picture.").waitFor();
    await before.waitFor({ state: "detached" });
    await page.reload();
    await page.getByText("Drop a picture.").waitFor();
    await page.getByRole("button", { name: "Plain map" }).waitFor();
    expect(await before.count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("says of a picture that the model is not for that it is none, and the place on request alone", async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await drop(page, "stripes.png", await stripes());
    await page.getByRole("alert").getByText("This does not look like a view of the Earth from above").waitFor();
    expect(await page.locator(".side .status").innerText()).toMatch(/^Done: does not look like/);
    expect(await page.locator(".answer details h2").isVisible()).toBe(false);
    await look(page, "outside");
    await page.getByText("would answer all the same").click();
    await page.locator(".answer details h2").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("fetches a model for photographs where the one at hand is for none: size and licence first", async () => {
    const hub = await startHub({
      "nicolas-dufour/PLONK_YFCC": plonkRepository(64),
      "facebook/dinov2-with-registers-large": dinoRepository(),
    });
    const env = {
      GEODRIFT_CACHE: join(temporary, "cache-of-fetched"),
      HF_ENDPOINT: hub.url,
      NO_PROXY: "*",
      no_proxy: "*",
    };
    const own = await startServer([], env);
    const { page, complaints } = await openPage(browser, own.url);
    await drop(page, "stripes.png", await stripes());
    await page.getByRole("button", { name: "Fetch a model for photographs" }).click();
    await page.getByText(/^dinov2-vitl14-reg: [\d.]+ [kM]B from facebook.*licence Apache-2.0$/).waitFor();
    expect(await violations(page)).toEqual([]);
    await look(page, "fetch");
    await page.getByRole("button", { name: "Fetch it" }).click();
    await page.locator(".answer .small", { hasText: "plonk-yfcc" }).waitFor();
    await look(page, "fetched");
    // There from now on, whatever picture comes.
    await page.reload();
    await page.locator("option", { hasText: "plonk-yfcc" }).first().waitFor({ state: "attached" });
    // Its archive is empty: what is to be done first.
    await page.getByRole("link", { name: "Library" }).click();
    await page.getByRole("heading", { name: "First steps" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await look(page, "first-steps");
    expect(complaints).toEqual([]);
    await page.close();
    await own.stop();
    await hub.close();
  });

  it("answers how likely it is somewhere, draws what is asked for, and takes in a region", async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await drop(page, "nile.png", nile);
    await answered(page).waitFor();
    const search = page.getByLabel("Find a place");
    // By its name, with keys alone.
    await search.fill("pari");
    await page.getByRole("option", { name: "Paris town, France" }).waitFor();
    await search.press("ArrowDown");
    await search.press("ArrowUp");
    await search.press("Enter");
    const here = page.locator(".here");
    await here.waitFor();
    expect(await here.innerText()).toMatch(
      /48\.85°N 2\.35°E: log-density -\d.*as likely as anywhere; in the smallest area that holds (9\d|100).* 3,\d\d0 km from the best guess/,
    );
    await page.getByText("This place in other notations").click();
    await page.getByText("31U DQ 52").waitFor();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy MGRS" }).click();
    await page.getByText("Copied: MGRS.").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^31U DQ 52\d{3} \d{5}$/);
    expect(await violations(page)).toEqual([]);
    await look(page, "here");
    // By what another program gives; what is none is told as such.
    await search.fill("30°30'36\"N 31°11'24\"E");
    await page.getByRole("option", { name: "30.51°N 31.19°E" }).click();
    await page.locator(".here", { hasText: /log-density \d.* times as likely as anywhere/ }).waitFor();
    await search.fill("Qxzzyk");
    await page.getByText('No place is called "Qxzzyk", and no coordinates are written so.').waitFor();
    await search.fill("");
    // Between two clicks, and in miles.
    await page.getByRole("button", { name: "Measure" }).click();
    const box = (await page.locator(".globe canvas").boundingBox()) as DOMRect;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.click(box.x + box.width / 2 + 100, box.y + box.height / 2);
    await page.locator(".measured", { hasText: /^[\d,.]+ km$/ }).waitFor();
    await page.getByRole("button", { name: "Distances in km" }).click();
    await page.locator(".measured", { hasText: /^[\d,.]+ mi$/ }).waitFor();
    await page
      .getByText(/a circle of [\d,]+ mi/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Distances in miles" }).click();
    await page.keyboard.press("Escape");
    await page.locator(".measured").waitFor({ state: "detached" });
    // Pointing at the globe reads the same.
    const { x, y, width, height } = (await page.locator(".globe canvas").boundingBox()) as DOMRect;
    await page.mouse.move(x + width / 2 + 40, y + height / 2);
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.locator(".hover", { hasText: /\d°[NS] .*log-density -?\d/ }).waitFor();
    await page.getByLabel("their ways from noise").check();
    await page.getByLabel("places drawn", { exact: true }).uncheck();
    await page.getByText("Settings", { exact: true }).click();
    await page.getByLabel("Known besides").fill("within:40:30.2,31.3");
    await page.getByLabel("Known besides").press("Enter");
    await page.getByText("What was known besides").waitFor();
    expect(await page.locator(".contributions").innerText()).toMatch(/^within 40 km of 30\.20°N 31\.30°E: to .* bits/);
    await page.getByLabel("Known besides").fill("Qxzzyk");
    await page.getByLabel("Known besides").press("Enter");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toContain(
      '"prior" is the name of a place, not:NAME, within:KM:LAT,LNG, or photos, got "Qxzzyk"',
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("switches models and settings, and compares two", async () => {
    const { page, complaints } = await openPage(browser, `${server.url}#compare`);
    await drop(page, "nile.png", nile);
    const [left, right] = ["Left", "Right"].map((name) => page.getByRole("region", { name, exact: true }));
    for (const side of [left, right]) await side.locator(".answer h2").waitFor();
    expect(await left.locator(".answer").innerText()).toMatch(/second \(\w{12}\), 8 steps, guidance 0/);
    await right.getByText("Settings", { exact: true }).click();
    await right.getByLabel("Model").selectOption("earth");
    await right.getByText(/earth \(\w{12}\), 8 steps, guidance 0/).waitFor();
    await right.getByLabel("Guidance").fill("2");
    await right.getByText(/earth \(\w{12}\), \d+ steps, guidance 2/).waitFor();
    await right.getByLabel("Seed").fill("5");
    await right.getByText(/guidance 2, seed 5/).waitFor();
    expect(await left.locator(".answer").innerText()).toMatch(/second \(\w{12}\), 8 steps, guidance 0, seed 0/);
    await look(page, "compare");
    // Another picture on one side alone.
    // By keyboard: a click waits for frames, and two globes without a graphics card may be long between two.
    const toTheRight = page.getByLabel("the right", { exact: true });
    await toTheRight.press("Space");
    expect(await toTheRight.isChecked()).toBe(true);
    await drop(page, "ceylon.png", readFileSync(join(root, "packages/geodrift/page/play/6.png")));
    await right.getByAltText("Picture: ceylon.png").waitFor();
    await right.locator(".answer h2", { hasText: "Sri Lanka" }).waitFor();
    expect(await left.locator(".answer h2").innerText()).toContain("Egypt");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("plays five pictures, by keyboard alone: those of a link, and those of the day, whose first try is kept", async () => {
    const { page, complaints } = await openPage(browser, `${server.url}#play=7`);
    const asked = async (where: Page) => {
      await where.locator("img.puzzle").waitFor();
      return where.evaluate(() =>
        performance.getEntriesByType("resource").flatMap((e) => /play\/\d+\.\w+$/.exec(e.name) ?? []),
      );
    };
    const first = await asked(page);
    expect(first).toHaveLength(1);
    expect(new URL(page.url()).hash).toBe("#play=7");
    const other = await openPage(browser, `${server.url}#play=7`);
    expect(await asked(other.page)).toEqual(first);
    await other.page.close();
    await page.getByRole("button", { name: "Today's five" }).press("Enter");
    await page.getByText(/^Picture 1 of 5 of today/).waitFor();
    expect(new URL(page.url()).hash).toMatch(/^#play=20\d{6}$/);
    for (let i = 1; i <= 5; i++) {
      await page.getByText(`Picture ${i} of 5`).waitFor();
      await page.keyboard.press("m");
      const guess = page.getByRole("button", { name: "That is my guess" });
      await guess.waitFor();
      await guess.press("Enter");
      await page.getByText(/^You: .* points\. The model: .* points\.$/).waitFor();
      if (i === 1) await look(page, "play");
      if (i < 5) await page.getByRole("button", { name: "Next picture" }).press("Enter");
    }
    const rows = await page.locator("tbody tr").allInnerTexts();
    expect(rows).toHaveLength(6);
    const scores = rows.map((r) => r.split("\t").slice(1).map(Number));
    const mean = (k: number) => Math.round(scores.slice(0, 5).reduce((sum, s) => sum + s[k], 0) / 5);
    expect(scores[5]).toEqual([mean(0), mean(1)]);
    // The model knows these places; the middle of a map that nobody has turned does not.
    expect(scores[5][1]).toBeGreaterThan(scores[5][0]);
    expect(await page.locator("caption").innerText()).toBe("The model wins.");
    const kept = await page.getByText(/^Today's, at your first try: \d+ points of 5,000\.$/).innerText();
    await page.reload();
    await page.getByText(/^Picture 1 of 5 of today/).waitFor();
    expect(await page.getByText(/^Today's, at your first try/).innerText()).toBe(kept);
    // On a phone picture and globe are seen together.
    await page.setViewportSize({ width: 390, height: 844 });
    await page.locator("img.puzzle").waitFor();
    const [globe, picture] = [
      await page.locator(".globe").boundingBox(),
      await page.locator("img.puzzle").boundingBox(),
    ];
    expect([globe?.y, picture && picture.y + picture.height].every((y) => y != null && y < 844)).toBe(true);
    await look(page, "play-phone");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("plays no picture with the model's answer to the one before", async () => {
    const { page } = await openPage(browser, `${server.url}#play`);
    await page.getByText("Picture 1 of 5").waitFor();
    await page.keyboard.press("m");
    await page.getByRole("button", { name: "That is my guess" }).press("Enter");
    // The second picture is long in coming.
    let come = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      come = resolve;
    });
    await page.route(/\/play\/\d+\.\w+$/, async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole("button", { name: "Next picture" }).press("Enter");
    await page.getByText("Picture 2 of 5").waitFor();
    await page.keyboard.press("m");
    expect(await page.getByRole("button", { name: "The model is still looking …" }).isDisabled()).toBe(true);
    expect(await page.locator("img.puzzle").count()).toBe(0);
    come();
    await page.getByRole("button", { name: "That is my guess" }).press("Enter");
    await page.getByText(/^You: .* points\. The model: .* points\.$/).waitFor();
    await page.close();
  });

  it("says so when the server goes away in the middle, keeps the picture, and goes on when it is back", async () => {
    const own = await startServer();
    const { page } = await openPage(browser, own.url);
    await drop(page, "nile.png", nile);
    await answered(page).waitFor();
    await page.getByText("Settings", { exact: true }).click();
    await page.getByLabel("Steps").fill("128");
    await page.getByText(/Drifting: step \d+ of 128/).waitFor();
    own.child.kill("SIGKILL");
    const alert = page.locator(".side").getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/^The server .*Your picture is still here: try again when it is back\./);
    await page.locator(".banner").waitFor();
    await look(page, "lost");
    const back = await startServer(["--port", String(own.port)]);
    try {
      await page.locator(".banner").waitFor({ state: "detached" });
      await page.getByLabel("Steps").fill("4");
      await page.getByText(/earth \(\w{12}\), 4 steps/).waitFor();
      expect(await answered(page).innerText()).toContain("Egypt");
    } finally {
      await page.close();
      await back.stop();
    }
  });

  it("reviews an archive by keyboard: accepts, takes back, moves the pin, writes", async () => {
    const { page, complaints } = await openPage(browser, `${server.url}#library`);
    const rows = page.locator(".list li");
    await rows.first().waitFor();
    expect(await rows.count()).toBe(5);
    expect(await page.getByLabel("State").innerText()).toContain("Without a place (5)");
    await page
      .getByText(/1 taken within \d+ minutes/)
      .first()
      .waitFor();
    await page.locator(".review .modes").waitFor();
    await look(page, "library");
    const sidecars = () => readdirSync(photos).filter((f) => f.endsWith(".xmp"));
    await page.getByRole("button", { name: "Accept (a)" }).and(page.locator(":enabled")).waitFor();
    await page.keyboard.press("a");
    await page.getByText("One picture accepted. U takes it back.").waitFor();
    expect(await rows.count()).toBe(4);
    expect(sidecars()).toEqual([]);
    await page.keyboard.press("u");
    await page.getByText("Taken back: 1.").waitFor();
    await page.waitForFunction(() => document.querySelectorAll(".list li").length === 5);
    // Several at once, as a country alone, with a pin of one's own.
    await page.keyboard.press("x");
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.keyboard.press("4");
    // A country has to be under the pin: not before the globe, in flight over the seas, is at the answer.
    const place = (text: string) => text.match(/\d[\d.]*°[NS] \d[\d.]*°[EW]/)?.[0];
    const best = place(await page.locator(".review p:has(strong)").first().innerText());
    expect(best).toBeDefined();
    await expect
      .poll(
        async () => {
          await page.keyboard.press("m");
          return place(await page.getByText(/^Your pin/).innerText());
        },
        { timeout: 30_000, interval: 200 },
      )
      .toBe(best);
    await page.getByRole("button", { name: "Accept (a)" }).and(page.locator(":enabled")).waitFor();
    await page.keyboard.press("a");
    await page.getByText("2 pictures accepted. U takes it back.").waitFor();
    await page.keyboard.press("n");
    await page.getByText("One picture marked as showing no place.").waitFor();
    await page.getByRole("button", { name: "Write 2 sidecars" }).click();
    await page.getByText("2 sidecars written.").waitFor();
    expect(sidecars()).toEqual(["1.jpg.xmp", "2.jpg.xmp"]);
    expect(readFileSync(join(photos, "1.jpg.xmp"), "utf8")).toMatch(/CountryCode>[A-Z]{2}</);
    await page.keyboard.press("u");
    await page.getByText("Taken back: 1.").waitFor();
    await page.keyboard.press("u");
    await page.getByText("Taken back: 2.").waitFor();
    expect(sidecars()).toEqual([]);
    // What is found becomes the pin.
    await page.getByLabel("Find a place").fill("Paris, FR");
    await page.getByRole("option", { name: "Paris town, France" }).click();
    await page.getByText("Your pin: 48.85°N 2.35°E").waitFor();
    await page.locator(".review h2").click();
    await page.keyboard.press("?");
    await page.getByText("pin at the middle of the map").waitFor();
    // Folders of this machine.
    await page.getByPlaceholder("/folder/of/pictures").fill(join(temporary, "nowhere"));
    await page.getByRole("button", { name: "Add folder" }).click();
    await page.getByText("no such folder").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("draws a map with more detail, if it is given one", async () => {
    const file = join(temporary, "world.pmtiles");
    const tile = await sharp({ create: { width: 256, height: 256, channels: 3, background: "#f00" } })
      .png()
      .toBuffer();
    writeFileSync(file, worldPmtiles(tile));
    const own = await startServer(["--detail", file]);
    try {
      const { page, complaints } = await openPage(browser, own.url);
      const piece = await page.waitForResponse((r) => r.url().endsWith("/map/detail.pmtiles"));
      expect(piece.status()).toBe(206);
      // The middle of the globe is red now, but for borders.
      const red = async () => {
        const canvas = await page.locator(".globe canvas").screenshot();
        const { width = 0, height = 0 } = await sharp(canvas).metadata();
        const middle = { left: Math.floor(width / 2) - 30, top: Math.floor(height / 2) - 30, width: 60, height: 60 };
        const data = await sharp(canvas).extract(middle).removeAlpha().raw().toBuffer();
        let count = 0;
        for (let i = 0; i < data.length; i += 3) if (data[i] > 200 && data[i + 1] < 80 && data[i + 2] < 80) count++;
        return count / 3600;
      };
      for (let i = 0; i < 40 && (await red()) < 0.7; i++) await page.waitForTimeout(250);
      expect(await red()).toBeGreaterThan(0.7);
      expect(complaints).toEqual([]);
      await page.close();
    } finally {
      await own.stop();
    }
    const refused = await geodrift(["serve", "--port", "0", "--detail", join(photos, "1.jpg")]);
    expect(refused.stderr).toContain("a PMTiles file of version 3 is needed");
  });

  it("makes pictures of a place on a click, the same from the same seed, and keeps those before", async () => {
    const { page, complaints } = await openPage(browser, `${server.url}#imagine`);
    await page.getByLabel("Pictures", { exact: true }).fill("2");
    await page.waitForTimeout(1500);
    await page.locator(".globe canvas").click({ position: { x: 400, y: 300 } });
    await page.getByText(/^Imagined: /).waitFor();
    const sources = () =>
      page.locator(".imagined img").evaluateAll((all) => all.map((i) => (i as HTMLImageElement).src));
    const first = await sources();
    expect(first.length).toBe(2);
    await page.getByRole("button", { name: "latitude" }).click();
    expect(await page.locator(".imagined canvas").count()).toBe(2);
    await look(page, "imagine");
    // Another seed, other pictures; the same one, kept, the same pictures.
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    await page.getByText(/^Imagined: /).waitFor();
    const second = await sources();
    expect(second).not.toEqual(first);
    await page.getByLabel("keep it").check();
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    await page.getByText(/^Imagined: /).waitFor();
    expect(await sources()).toEqual(second);
    // What came before comes back with what it was made from.
    await page.locator(".history button").last().click();
    expect(await sources()).toEqual(first);
    // Beside others; words by a click, and what is made can be saved and located.
    await page.getByRole("button", { name: "Keep beside the next" }).click();
    expect(await page.getByRole("button", { name: "Keep beside the next" }).getAttribute("aria-pressed")).toBe("true");
    await page.getByText("Words that it knows").click();
    for (const word of ["winter", "satellite"]) await page.getByRole("button", { name: word, exact: true }).click();
    expect(await page.getByLabel("Words", { exact: true }).inputValue()).toBe("winter, satellite");
    await page.getByRole("button", { name: "winter", exact: true }).click();
    expect(await page.getByLabel("Words", { exact: true }).inputValue()).toBe("satellite");
    expect(await page.getByRole("button", { name: "satellite", exact: true }).getAttribute("aria-pressed")).toBe(
      "true",
    );
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    await page.getByText(/^Imagined: satellite/).waitFor();
    await page.getByText(/^Beside them: /).waitFor();
    const all = await sources();
    expect([all.length, all.slice(2)]).toEqual([4, first]);
    await look(page, "beside");
    const saved = page.waitForEvent("download");
    await page.getByRole("link", { name: "Save" }).first().click();
    const file = await (await saved).path();
    expect(`data:image/png;base64,${readFileSync(file).toString("base64")}`).toBe(all[0]);
    await page.getByRole("button", { name: "Take these away" }).click();
    expect(await sources()).toEqual(all.slice(0, 2));
    // Words that nobody taught it.
    await page.getByLabel("Words", { exact: true }).fill("castle");
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    await page.getByText('"castle": "castle" is not among the words that the model knows').waitFor();
    expect(await page.locator(".imagined").count()).toBe(0);
    expect(await page.getByText(/^Imagined/).count()).toBe(0);
    // What came before comes back without what was wrong afterwards.
    await page.locator(".history button").nth(1).click();
    expect(await sources()).toEqual(second);
    expect(await page.getByRole("alert").count()).toBe(0);
    await page.getByRole("button", { name: "Locate it" }).first().click();
    await page.getByAltText(/^Picture: imagined-\d+\.png$/).waitFor();
    await page.getByText(/^Done: /).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("makes pictures of a landmark from where a dial says, by pointer and by keyboard", async () => {
    const { page, complaints } = await openPage(browser, `${server.url}#imagine`);
    await page.getByRole("radio", { name: "Statue of Liberty" }).check();
    // Front at first; the rose has the photographs that were learned from.
    const dial = page.getByRole("slider", { name: /^Camera stands at/ });
    expect(await dial.inputValue()).toBe("135");
    expect(await page.locator(".dial .wedge").count()).toBe(36);
    await dial.focus();
    await page.keyboard.press("ArrowRight");
    await page.getByText("Camera stands at: 136°").waitFor();
    const box = await page.locator(".dial svg").boundingBox();
    if (!box) throw new Error("the dial is not shown");
    await page.mouse.click(box.x + 0.9 * box.width, box.y + 0.5 * box.height);
    await page.getByText("Camera stands at: 90°").waitFor();
    await page.getByLabel("Pictures", { exact: true }).fill("1");
    await page.getByLabel("Words", { exact: true }).fill("dusk");
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    await page.getByText("Imagined: Statue of Liberty from 90°, dusk").waitFor();
    await page.getByRole("button", { name: "angle", exact: true }).click();
    expect(await page.locator(".imagined canvas").count()).toBe(1);
    await look(page, "landmark");
    // Back to places: the same words mean nothing there.
    await page.getByRole("radio", { name: "a place" }).check();
    expect(await page.locator(".dial").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("lifts a landmark, and turns picture, field and surface together, by keyboard and on a phone", async () => {
    const { page, complaints } = await openPage(browser, `${server.url}#imagine`);
    await page.getByRole("radio", { name: "Statue of Liberty" }).check();
    await page.getByLabel("Steps", { exact: true }).fill("26");
    await page.getByRole("button", { name: "Lift", exact: true }).click();
    await page.getByAltText("What it looks like so far").waitFor();
    // Given up and asked for again: it goes on.
    await page.getByRole("button", { name: "Stop the lift" }).click();
    await page.getByRole("button", { name: "Lift", exact: true }).click();
    await page.getByRole("img", { name: "Surface: Statue of Liberty from 135°" }).waitFor();
    const drawnPixels = (name: string) =>
      page
        .getByRole("img", { name: new RegExp(`^${name}:`) })
        .locator("canvas")
        .evaluate(async (canvas) => {
          const { width, height } = canvas as HTMLCanvasElement;
          const copy = new OffscreenCanvas(width, height);
          const context = copy.getContext("2d");
          context?.drawImage(canvas as HTMLCanvasElement, 0, 0);
          const { data } = context?.getImageData(0, 0, width, height) ?? { data: [] };
          let [opaque, sum] = [0, 0];
          for (let i = 0; i < data.length; i += 4) {
            opaque += Number(data[i + 3] > 128);
            sum = (31 * sum + data[i] + data[i + 1] + data[i + 2] + data[i + 3]) % 2 ** 31;
          }
          return { share: opaque / (width * height), sum };
        });
    const both = async () => [await drawnPixels("Field"), await drawnPixels("Surface")];
    await expect.poll(async () => Math.min(...(await both()).map(({ share }) => share))).toBeGreaterThan(0.02);
    const before = await both();
    await page.getByAltText("Imagined: Statue of Liberty from 135°").waitFor();
    await page.getByRole("slider", { name: /^Camera stands at/ }).focus();
    await page.keyboard.press("PageUp");
    await page.getByRole("img", { name: "Surface: Statue of Liberty from 171°" }).waitFor();
    await page.getByAltText("Imagined: Statue of Liberty from 171°").waitFor();
    const after = await both();
    for (const [k, { sum }] of after.entries()) expect(sum).not.toBe(before[k].sum);
    await look(page, "lifted");
    const mesh = page.getByRole("link", { name: "Mesh (glTF)" });
    const [download] = await Promise.all([page.waitForEvent("download"), mesh.click()]);
    expect(
      readFileSync(await download.path())
        .subarray(0, 4)
        .toString(),
    ).toBe("glTF");
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("img", { name: /^Surface/ }).scrollIntoViewIfNeeded();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await look(page, "lifted-phone");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("makes pictures of words said twice, as wide as they say, and none of a form that is not filled in", async () => {
    const { page, complaints } = await openPage(browser, `${server.url}#imagine`);
    await page.getByLabel("Pictures", { exact: true }).fill("1");
    await page.getByLabel("Words", { exact: true }).fill("near hot desert, hot steppe");
    const asked = page.waitForRequest((r) => r.method() === "POST" && r.url().endsWith("/api/imagine"));
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    expect((await asked).postDataJSON()).not.toHaveProperty("groundKm");
    await page.getByText("Imagined: near hot desert, hot steppe").waitFor();
    expect(await page.locator(".tokens button").allInnerTexts()).toEqual(["near", "hot", "desert", "hot", "steppe"]);
    await page.locator(".tokens button").nth(3).click();
    expect(await page.locator(".tokens [aria-pressed=true]").count()).toBe(1);
    expect(await page.locator(".imagined canvas").count()).toBe(1);
    // The words may change while pictures of others are on their way, and these may be stopped.
    await page.getByLabel("Pictures", { exact: true }).fill("16");
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    await page.getByLabel("Words", { exact: true }).fill("night");
    await page.getByText("On their way: near hot desert, hot steppe").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped: near hot desert, hot steppe").waitFor();
    // A click on the globe sends no form.
    await page.getByLabel("Pictures", { exact: true }).fill("");
    await page.locator(".globe canvas").click({ position: { x: 400, y: 300 } });
    await page.getByText("Pictures: a whole number from 1 to 16 is needed.").waitFor();
    expect(await page.getByRole("button", { name: "Stop" }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("is for people who do not see, or see other colours, in the light and in the dark, and on a phone", async () => {
    const { page } = await openPage(browser, server.url);
    for (const view of ["locate", "compare", "play", "imagine", "library"]) {
      await page.goto(`${server.url}#${view}`);
      await page.locator("main *").first().waitFor();
      if (view === "locate" || view === "compare") {
        await drop(page, "nile.png", nile);
        await answered(page).last().waitFor();
      }
      if (view === "library") await page.locator(".list li").first().waitFor();
      for (const theme of ["Dark", "Light"]) {
        await page.getByRole("button", { name: theme, exact: true }).click();
        expect(await violations(page), `${view}, after ${theme}`).toEqual([]);
      }
    }
    await page.setViewportSize({ width: 360, height: 740 });
    for (const view of ["locate", "compare", "play", "imagine", "library"]) {
      await page.goto(`${server.url}#${view}`);
      await page.locator("main *").first().waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, view).toBeLessThanOrEqual(360);
      await look(page, `phone-${view}`);
    }
    await page.close();
  });
});

describe.skipIf(!hasBrowser)("the site without a server", () => {
  const site = join(temporary, "site");
  let host: Server;
  let own: Browser;
  beforeAll(async () => {
    execFileSync("npx", ["vite", "build", "--mode", "site", "--outDir", site], {
      cwd: join(root, "packages/web"),
      stdio: "ignore",
    });
    const types: Record<string, string> = {
      ".html": "text/html",
      ".js": "text/javascript",
      ".css": "text/css",
      ".wasm": "application/wasm",
      ".json": "application/json",
    };
    // In a folder of a host, as project pages are.
    host = createServer((request, answer) => {
      const path = new URL(request.url ?? "/", "http://site").pathname.replace(/^\/project\//, "/");
      const file = path === "/" ? "index.html" : path;
      try {
        const bytes = readFileSync(join(site, file));
        const type = types[extname(file)] ?? "application/octet-stream";
        answer.writeHead(200, { "content-type": type, "content-length": bytes.length }).end(bytes);
      } catch {
        answer.writeHead(404).end();
      }
    }).listen(0, "127.0.0.1");
    own = await openBrowser();
  });
  afterAll(async () => {
    await own?.close();
    host?.close();
    rmSync(temporary, { recursive: true, force: true });
  });

  it("gives the answer of the program, in the browser alone", async () => {
    const { port } = host.address() as AddressInfo;
    const { page, complaints } = await openPage(own, `http://127.0.0.1:${port}/project/`);
    await page.getByText("Drop a picture.").waitFor();
    await drop(page, "nile.png", nile);
    await page.locator(".answer h2").waitFor();
    mkdirSync(temporary, { recursive: true });
    writeFileSync(join(temporary, "nile.png"), nile);
    const { stdout } = await geodrift(["locate", "nile.png", "--json", "--map", "nile.geojson"], temporary);
    const { best, regions, localizabilityBits, model } = JSON.parse(stdout);
    const said = await page.locator(".answer").innerText();
    // The same model, by its hash.
    expect(said).toContain(`earth (${model.sha256.slice(0, 12)}), 8 steps`);
    const [, lat, lng] = /([\d.]+)°N ([\d.]+)°E/.exec(said) ?? [];
    // Pictures are shrunk by another filter in the browser: some kilometres of 42.
    expect(Math.abs(Number(lat) - best.lat)).toBeLessThan(0.15);
    expect(Math.abs(Number(lng) - best.lng)).toBeLessThan(0.15);
    const [, bits] = /([\d.]+) bits/.exec(said) ?? [];
    expect(Math.abs(Number(bits) - localizabilityBits)).toBeLessThan(1);
    expect(regions[1].radiusKm).toBeGreaterThan(10);
    expect(await page.getByRole("link", { name: "Library" }).count()).toBe(0);
    await look(page, "site");
    expect(complaints).toEqual([]);
    await page.close();
  });
});
