/** The review of an archive. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasBrowser, openPage } from "./browser.js";
import { look, photosOf, servedPage, withArchive } from "./served.js";

describe.skipIf(!hasBrowser)("the archive", () => {
  const served = servedPage(withArchive);
  const photos = photosOf(served.folder);

  it("reviews an archive by keyboard: accepts, takes back, moves the pin, writes", async () => {
    const { page, complaints } = await openPage(served.browser, `${served.url}#library`);
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
    await page.getByText("1 picture accepted. U takes it back.").waitFor();
    expect(await rows.count()).toBe(4);
    expect(sidecars()).toEqual([]);
    await page.keyboard.press("u");
    await page.getByText("Taken back: 1.").waitFor();
    await page.waitForFunction(() => document.querySelectorAll(".list li").length === 5);
    // What is listed anew when it has been taken back ends a selection: not before then is one made.
    await page.getByRole("button", { name: "Accept (a)" }).and(page.locator(":enabled")).waitFor();
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
    await page.getByText("1 picture marked as showing no place.").waitFor();
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
    await page.getByPlaceholder("/folder/of/pictures").fill(join(served.folder, "nowhere"));
    await page.getByRole("button", { name: "Add folder" }).click();
    await page.getByText("no such folder").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });
});
