/** The page for everybody: axe, light and dark, a phone. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { drop, hasBrowser, openPage, violations } from "./browser.js";
import { answered, look, nile, servedPage, withArchive } from "./served.js";

const views = ["locate", "compare", "play", "imagine", "library"];

describe.skipIf(!hasBrowser)("the page is for everybody", () => {
  const served = servedPage(withArchive, { globe: false });

  /** Every view, as narrow as a phone. */
  async function fitsPhones(page: Page, name: string): Promise<void> {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const view of views) {
      await page.goto(`${served.url}#${view}`);
      await page.locator("main h1").first().waitFor({ state: "attached" });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBeLessThanOrEqual(360);
      await look(page, `${name}-${view}`);
    }
  }

  it("is for people who do not see, or see other colours, in the light and in the dark, and on a phone", async () => {
    const { page } = await openPage(served.browser, served.url);
    for (const view of views) {
      await page.goto(`${served.url}#${view}`);
      await page.locator("main h1").first().waitFor({ state: "attached" });
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
    await fitsPhones(page, "phone");
    await page.close();
  });

  it.each([
    ["de", "Wo war es?", "Länder", "Ägypten", "Frühere Antworten"],
    ["fr", "Où était-ce ?", "Pays", "Égypte", "Réponses précédentes"],
    ["es", "¿Dónde fue?", "Países", "Egipto", "Respuestas anteriores"],
  ])("speaks %s: in every view, for screen readers and on a phone, until another is chosen", async (...words) => {
    const [language, question, countries, egypt, earlier] = words;
    const { page, complaints } = await openPage(served.browser, served.url);
    await page.getByLabel("Language").selectOption(language);
    await page.getByRole("heading", { name: question }).waitFor();
    await drop(page, "nile.png", nile);
    await answered(page).waitFor();
    await page.getByRole("heading", { name: countries }).waitFor();
    expect(await answered(page).innerText()).toMatch(new RegExp(`${egypt}$`));
    expect(await violations(page)).toEqual([]);
    await page.reload();
    await page.getByRole("region", { name: earlier }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe(language);
    await fitsPhones(page, language);
    expect(complaints).toEqual([]);
    await page.evaluate(() => localStorage.clear());
    await page.close();
  });

  it("shows the archive on a flat map where there is no globe, and what a click is nearest to", async () => {
    const { page, complaints } = await openPage(served.browser, `${served.url}#library=map`);
    await page.getByText("1 picture on the map.").waitFor();
    const svg = page.locator(".archive-map .flat svg");
    await svg.locator("circle").first().waitFor();
    const box = await svg.boundingBox();
    await page.mouse.click((box?.x ?? 0) + 300, (box?.y ?? 0) + 250);
    await page.getByText("1 picture clicked on.").waitFor();
    await page.getByLabel("Find a place").fill("Paris");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^Pictures within .* of Paris$/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await look(page, "archive-flat");
    expect(complaints).toEqual([]);
    await page.close();
  });
});
