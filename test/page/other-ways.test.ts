/** Answers without a globe, on paper, of other models, and without a server for a while. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { startHub } from "../end-to-end/hub.js";
import { dinoRepository, plonkRepository } from "../end-to-end/released.js";
import { startServer } from "../end-to-end/server.js";
import { drop, hasBrowser, openPage, violations } from "./browser.js";
import { answered, look, nile, played, servedPage, shots, stripes, withSecondModel } from "./served.js";

describe.skipIf(!hasBrowser)(
  "an answer by other ways: flat, on paper, of other models, of a server that went away",
  () => {
    const served = servedPage(withSecondModel);

    it("draws a flat map where a browser draws no globe: answers, pins, the game", async () => {
      const { page, complaints } = await openPage(served.flat, served.url);
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
      expect(complaints).toEqual([]);
      await page.close();
    });

    it("prints an answer on two pages at most, with its map", async () => {
      const { page, complaints } = await openPage(served.browser, served.url, {
        viewport: { width: 1440, height: 900 },
      });
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

    it("fetches a model for photographs where the one at hand is for none: size and licence first", async () => {
      const hub = await startHub({
        "nicolas-dufour/PLONK_YFCC": plonkRepository(64),
        "facebook/dinov2-with-registers-large": dinoRepository(),
      });
      const env = {
        GEODRIFT_CACHE: join(served.folder, "cache-of-fetched"),
        HF_ENDPOINT: hub.url,
        NO_PROXY: "*",
        no_proxy: "*",
      };
      const own = await startServer([], env);
      const { page, complaints } = await openPage(served.flat, own.url);
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

    it("switches models and settings, and compares two", async () => {
      const { page, complaints } = await openPage(served.flat, `${served.url}#compare`);
      await page.getByRole("heading", { name: "Compare" }).waitFor();
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
      await page.getByLabel("the right", { exact: true }).check();
      await drop(page, "ceylon.png", played(6));
      await right.getByAltText("Picture: ceylon.png").waitFor();
      await right.locator(".answer h2", { hasText: "Sri Lanka" }).waitFor();
      expect(await left.locator(".answer h2").innerText()).toContain("Egypt");
      expect(complaints).toEqual([]);
      await page.close();
    });

    it("says so when the server goes away in the middle, keeps the picture, and goes on when it is back", async () => {
      const own = await startServer();
      const { page } = await openPage(served.flat, own.url);
      await drop(page, "nile.png", nile);
      await answered(page).waitFor();
      await page.getByText("Settings", { exact: true }).click();
      await page.getByLabel("Steps").fill("128");
      await page.getByText(/Drifting: step \d+ of 128/).waitFor();
      own.child.kill("SIGKILL");
      const alert = page.locator(".side").getByRole("alert");
      await alert.waitFor();
      expect(await alert.innerText()).toMatch(
        /^The server .*Your picture is still here: try again when the server is back\./,
      );
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
  },
);
