/** What the page says of pictures, in a real browser on a real server. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { geodrift } from "../end-to-end/program.js";
import { startServer } from "../end-to-end/server.js";
import { drop, hasBrowser, openPage, violations } from "./browser.js";
import { worldPmtiles } from "./pmtiles.js";
import { answered, look, nile, played, root, servedPage, stripes, withSecondModel } from "./served.js";

describe.skipIf(!hasBrowser)("answers of the page", () => {
  const served = servedPage(withSecondModel);

  it("locates a picture that is dropped, and shows the way from noise to places", async () => {
    const { page, complaints } = await openPage(served.browser, served.url, { moving: true });
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
    // In another language the globe, too, is called otherwise.
    const globe = page.locator(".maplibregl-canvas");
    expect(await globe.getAttribute("aria-label")).toBe("Where was it?: map of the answer");
    await page.getByLabel("Language").selectOption("de");
    await page.waitForFunction(
      () => document.querySelector(".maplibregl-ctrl-zoom-in")?.getAttribute("title") === "Vergrößern",
    );
    expect(await globe.getAttribute("aria-label")).toBe("Wo war es?: Karte der Antwort");
    await page.getByLabel("Sprache").selectOption("en");
    // What is no picture is said; another picture is pasted.
    await drop(page, "notes.txt", Buffer.from("hello"), "text/plain");
    await page.getByText("notes.txt is not a picture.").waitFor();
    await drop(page, "crete.png", played(5), "image/png", "paste");
    await page.getByAltText("Picture: crete.png").waitFor();
    // Of a few islands the model says that they do not look like what it is for: its answer is there, folded up.
    await page.waitForFunction(() => /Greece/.test(document.querySelector(".answer")?.textContent ?? ""));
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("brings an answer back from its link, in another browser, without its picture or with it", async () => {
    const { page, complaints } = await openPage(served.flat, served.url);
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
    const context = await served.flat.newContext({ reducedMotion: "reduce" });
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
    await drop(other, "island.png", played(4));
    await other.getByText("from a link").waitFor({ state: "detached" });
    expect(new URL(other.url()).hash).toBe("#locate");
    await other.evaluate((hash) => (location.hash = hash), new URL(bare).hash.slice(0, 300));
    await other.getByText("This link is cut off or damaged: there is no answer in it.").waitFor();
    await context.close();
    expect(complaints).toEqual([]);
  });

  it("keeps answers, settings and looks through other views and a reload, until they are to be forgotten", async () => {
    const { page, complaints } = await openPage(served.flat, served.url);
    await page.getByText("Model second:").waitFor();
    await page.getByRole("button", { name: "A strait" }).click();
    await answered(page).waitFor();
    await page.locator("input[type=file]").setInputFiles(
      [
        ["nile.png", nile],
        ["island.png", played(4)],
      ].map(([name, buffer]) => ({ name, buffer, mimeType: "image/png" }) as never),
    );
    const before = page.getByRole("region", { name: "Earlier answers" });
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
    // One stop for Tab, of which arrows lead to the others.
    const stop = before.locator("ul button[tabindex='0']");
    expect(await stop.count()).toBe(1);
    await stop.focus();
    await page.keyboard.press("End");
    expect(await stop.count()).toBe(1);
    expect(await before.locator("ul button").last().getAttribute("tabindex")).toBe("0");
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
    const { page, complaints } = await openPage(served.browser, served.url);
    await drop(page, "stripes.png", await stripes());
    await page.getByRole("alert").getByText("This does not look like a view of the Earth from above").waitFor();
    expect(await page.locator(".side .status").innerText()).toMatch(/^Done: this does not look like/);
    expect(await page.locator(".answer details h2").isVisible()).toBe(false);
    await look(page, "outside");
    await page.getByText("would answer all the same").click();
    await page.locator(".answer details h2").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("answers how likely it is somewhere, draws what is asked for, and takes in a region", async () => {
    const { page, complaints } = await openPage(served.browser, served.url);
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
    await page.getByText("No place is called “Qxzzyk”, and it is not written as coordinates are.").waitFor();
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
    await page.getByLabel("their paths from noise").check();
    await page.getByLabel("possible places", { exact: true }).uncheck();
    await page.getByText("Settings", { exact: true }).click();
    await page.getByLabel("What else is known").fill("within:40:30.2,31.3");
    await page.getByLabel("What else is known").press("Enter");
    await page.getByText("What else was known").waitFor();
    expect(await page.locator(".contributions").innerText()).toMatch(/^within 40 km of 30\.20°N 31\.30°E: [\d.]+ bits/);
    await page.getByLabel("What else is known").fill("Qxzzyk");
    await page.getByLabel("What else is known").press("Enter");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toContain(
      '"prior" is the name of a place, not:NAME, within:KM:LAT,LNG, sun:TIME:DEGREES, shadow:TIME:RATIO, or photos, got "Qxzzyk"',
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("draws a map with more detail, if it is given one", async () => {
    const file = join(served.folder, "world.pmtiles");
    const tile = await sharp({ create: { width: 256, height: 256, channels: 3, background: "#f00" } })
      .png()
      .toBuffer();
    writeFileSync(file, worldPmtiles(tile));
    const own = await startServer(["--detail", file]);
    try {
      const { page, complaints } = await openPage(served.browser, own.url);
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
    const refused = await geodrift(["serve", "--port", "0", "--detail", join(root, "package.json")]);
    expect(refused.stderr).toContain("a PMTiles file of version 3 is needed");
  });
});
