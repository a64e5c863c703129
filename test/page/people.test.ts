/** Two people at one archive, each in a browser of their own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { photograph } from "../end-to-end/photographs.js";
import { geodrift } from "../end-to-end/program.js";
import { startServer, type TestServer } from "../end-to-end/server.js";
import { flat, hasBrowser, openBrowser, openPage, violations } from "./browser.js";

const root = mkdtempSync(join(tmpdir(), "geodrift-page-people-"));
const library = join(root, "index");
let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  if (!hasBrowser) return;
  const photos = join(root, "photos");
  mkdirSync(photos);
  for (let seed = 1; seed <= 3; seed++) writeFileSync(join(photos, `${seed}.jpg`), await photograph({ seed }));
  await geodrift(["library", "add", photos, "--library", library]);
  browser = await openBrowser(flat);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(root, { recursive: true, force: true });
});

const shots = process.env.GEODRIFT_SCREENSHOTS;
const look = async (page: Page, name: string) => {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
};

it.skipIf(!hasBrowser)("see at once what the other has said, and may do what their role may", async () => {
  const token = async (name: string, role: string) =>
    (await geodrift(["library", "people", "add", name, "--role", role, "--library", library])).stdout.trim();
  const tokens = { Anna: await token("Anna", "owner"), Ben: await token("Ben", "reviewer") };
  const readers = await token("Cleo", "reader");
  server = await startServer(["--library", library]);
  const [annas, bens, cleos] = await Promise.all(
    [tokens.Anna, tokens.Ben, readers].map(async (own) => {
      const opened = await openPage(browser, `${server.url}?token=${own}`);
      await opened.page.goto(`${server.url}#library`);
      await opened.page.locator(".list li").nth(2).waitFor();
      return opened;
    }),
  );
  const [anna, ben, cleo] = [annas.page, bens.page, cleos.page];
  await anna.getByText("Anna, owner").waitFor();
  await ben.getByText("Ben, reviewer").waitFor();
  await cleo.getByText("Cleo, reader").waitFor();
  for (const name of ["Reject (r)", "No place (n)", "Add GPX track", "Scan again"])
    expect(await cleo.getByRole("button", { name }).isDisabled(), name).toBe(true);
  expect(await ben.getByRole("button", { name: "Scan again" }).isDisabled()).toBe(true);
  await ben.keyboard.press("r");
  await ben.getByText("1 picture rejected. U takes it back.").waitFor();
  // Who looks at the same picture goes on looking at it, with what the other has said; it is in nobody's list any more.
  for (const page of [anna, cleo]) {
    await page.getByText("Ben said so").waitFor();
    await page.waitForFunction(() => document.querySelectorAll(".list li").length === 2);
    expect(await page.locator(".review h2").innerText()).toBe("1.jpg");
  }
  await look(anna, "people");
  expect(await violations(anna)).toEqual([]);
  // What is said now is said over that; and what Anna has overruled is not Ben's last word any more.
  await anna.keyboard.press("n");
  await anna.getByText("1 picture marked as showing no place.").waitFor();
  await ben.keyboard.press("u");
  await ben.getByText("There is nothing to take back.").waitFor();
  await anna.keyboard.press("u");
  await anna.getByText("Taken back: 1.").waitFor();
  for (const { complaints } of [annas, bens, cleos]) expect(complaints).toEqual([]);
});
