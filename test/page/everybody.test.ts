/** The page for everybody: axe, light and dark, a phone. */
import { describe, expect, it } from "vitest";
import { drop, hasBrowser, openPage, violations } from "./browser.js";
import { answered, look, nile, servedPage, withArchive } from "./served.js";

describe.skipIf(!hasBrowser)("the page is for everybody", () => {
  const served = servedPage(withArchive, { globe: false });

  it("is for people who do not see, or see other colours, in the light and in the dark, and on a phone", async () => {
    const { page } = await openPage(served.browser, served.url);
    for (const view of ["locate", "compare", "play", "imagine", "library"]) {
      await page.goto(`${served.url}#${view}`);
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
      await page.goto(`${served.url}#${view}`);
      await page.locator("main *").first().waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, view).toBeLessThanOrEqual(360);
      await look(page, `phone-${view}`);
    }
    await page.close();
  });
});
