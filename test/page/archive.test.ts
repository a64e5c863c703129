/** The archive as a whole: a grid, a map, a calendar, what it has twice, folders that are chosen. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasBrowser, openPage, violations } from "./browser.js";
import { look, photosOf, servedPage, withArchive } from "./served.js";

describe.skipIf(!hasBrowser)("the archive as a whole", () => {
  const served = servedPage(async (folder) => {
    const options = await withArchive(folder);
    // Chosen later: a folder beside, with a copy of a picture of the archive.
    mkdirSync(join(folder, "holidays/2023"), { recursive: true });
    copyFileSync(join(photosOf(folder), "6.jpg"), join(folder, "holidays/2023/copy.jpg"));
    return options;
  });

  it("is a grid by keyboard and pointer, a map of clusters, and a calendar", async () => {
    const { page, complaints } = await openPage(served.browser, `${served.url}#library=grid`);
    const cells = page.locator(".grid .cell");
    await cells.nth(5).waitFor();
    expect(await cells.count()).toBe(6);
    await page.getByRole("button", { name: "6.jpg, 2024-05-01 12:06" }).waitFor();
    // One stop for Tab; arrows go on, Enter opens, arrows go from picture to picture.
    expect(await page.locator('.grid .cell[tabindex="0"]').count()).toBe(1);
    await cells.first().focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => document.activeElement?.getAttribute("data-cell") === "1");
    await page.keyboard.press("Enter");
    const large = page.getByRole("dialog", { name: "Picture, large" });
    await large.getByAltText("Picture: 2.jpg").waitFor();
    await page.keyboard.press("ArrowRight");
    await large.getByAltText("Picture: 3.jpg").waitFor();
    expect(await violations(page)).toEqual([]);
    await look(page, "large-view");
    await page.keyboard.press("Escape");
    await large.waitFor({ state: "hidden" });
    expect(await violations(page)).toEqual([]);
    await look(page, "grid");
    // The place of the one that has one, for two that have none.
    await page.getByRole("button", { name: "6.jpg, 2024-05-01 12:06" }).click();
    await large.getByText("its file says so").waitFor();
    await large.getByRole("button", { name: "Copy its place" }).click();
    await large.getByText("The place of 6.jpg is copied").waitFor();
    await large.getByRole("button", { name: "Close" }).click();
    await cells.nth(0).click({ modifiers: ["Control"] });
    await cells.nth(1).click({ modifiers: ["Shift"] });
    await page.getByText("2 pictures selected.").waitFor();
    await page.getByRole("button", { name: "Give them the place of 6.jpg (v)" }).click();
    await page.getByText("2 pictures accepted where 6.jpg is. U takes it back.").waitFor();
    // Three stand near Bergen now, whoever says so; nobody says where the others were taken.
    await page.getByRole("link", { name: "Map", exact: true }).click();
    await page.getByText("3 pictures in view.").waitFor();
    await page.getByText("a person’s pin: 2").waitFor();
    await page.getByText("its file says so: 1").waitFor();
    await page.getByText("nobody says where: 3").waitFor();
    await page.waitForTimeout(1500);
    await look(page, "archive-map");
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("Find a place").fill("Bergen, NO");
    await page.getByRole("option", { name: /^Bergen town/ }).click();
    await page.waitForTimeout(2500);
    await look(page, "archive-map-near");
    // From near, the three are one cluster in the middle of the map.
    const map = await page.locator(".archive-map canvas").boundingBox();
    if (!map) throw new Error("there is no map");
    await page.mouse.click(map.x + map.width / 2 - 6, map.y + map.height / 2);
    await page.getByText("3 pictures clicked on.").waitFor();
    await page.getByRole("button", { name: "All in view" }).click();
    await page.getByRole("button", { name: /^Pictures within .* of Bergen$/ }).click();
    await page.getByText("3 pictures", { exact: true }).waitFor();
    expect(await page.getByLabel("Within a place").inputValue()).toMatch(/^within:\d+:60\.\d+,5\.\d+$/);
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("6 pictures", { exact: true }).waitFor();
    // A place that there is none is said so, and the pictures stay.
    await page.getByRole("button", { name: "More filters" }).click();
    await page.getByLabel("Within a place").fill("Frrance");
    await page.getByLabel("Within a place").press("Enter");
    await page.getByText('did you mean "France"').waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByRole("link", { name: "Calendar" }).click();
    await page.getByRole("button", { name: /^May 2024: 6 pictures/ }).click();
    await look(page, "calendar");
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "1 May 2024: 6 pictures" }).click();
    await page.getByText("6 pictures", { exact: true }).waitFor();
    expect(await page.getByLabel("from").inputValue()).toBe("2024-05-01");
    await page.getByRole("link", { name: "Review" }).click();
    await page.locator(".review h2").waitFor();
    await page.keyboard.press("u");
    await page.getByText("Taken back: 2.").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("takes in a folder that is chosen, and shows what it has twice", async () => {
    const { page, complaints } = await openPage(served.browser, `${served.url}#library=duplicates`);
    await page.getByText("0 groups of pictures that are the same").waitFor();
    await page.getByRole("button", { name: "Choose a folder" }).click();
    const chooser = page.getByRole("dialog", { name: "A folder of this machine" });
    await chooser.getByText(/folders?\.$/).waitFor();
    expect(await violations(page)).toEqual([]);
    await look(page, "chooser");
    await chooser.getByRole("button", { name: "Cancel" }).click();
    // Where the home folder is another on every machine, the way there is not for a test.
    await page.route("**/api/library/disk", (route) =>
      route.continue({ url: `${served.url}api/library/disk?path=${encodeURIComponent(served.folder)}` }),
    );
    await page.reload();
    await page.getByRole("button", { name: "Choose a folder" }).click();
    await chooser.getByRole("button", { name: "holidays" }).click();
    await chooser.getByText("0 pictures in it, 1 folder.").waitFor();
    await chooser.getByRole("button", { name: "2023" }).click();
    await chooser.getByText("1 picture in it, 0 folders.").waitFor();
    await chooser.getByRole("button", { name: "Add this folder" }).click();
    await page.getByRole("heading", { name: "Library: 7 pictures" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: /^The same file/ }).waitFor();
    await page.getByRole("button", { name: "Compare them" }).click();
    await page.getByText(/^1 group of pictures that are the same or look alike\./).waitFor();
    await look(page, "duplicates");
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Large: copy.jpg" }).click();
    await page.getByRole("dialog", { name: "Picture, large" }).getByText("2 of 2").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });
});
