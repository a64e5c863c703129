/** The notebook page of the guide: made as it says, and read in a browser. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { geodrift } from "../end-to-end/program.js";
import { flat, hasBrowser, openBrowser, openPage } from "./browser.js";
import { look, root } from "./served.js";

describe.skipIf(!hasBrowser)("the notebook page", () => {
  let folder: string;
  let host: PreviewServer;
  beforeAll(async () => {
    // Within the repository, whose modules it is made of.
    mkdirSync(join(root, "out"), { recursive: true });
    folder = mkdtempSync(join(root, "out/notebook-"));
    const [, commands] =
      /^```sh\n([\s\S]*?)^```/m.exec(readFileSync(join(root, "docs/guide/notebook.md"), "utf8")) ?? [];
    const own = commands.replaceAll("out/notebook", folder);
    execFileSync("bash", ["-ec", own], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
    host = await preview({ root: folder, logLevel: "silent", preview: { port: 0, host: "127.0.0.1" } });
  });
  afterAll(async () => {
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("opens the model by itself, and reads a density that holds one", async () => {
    const browser = await openBrowser(flat);
    const { page } = await openPage(browser, host.resolvedUrls?.local[0] ?? "");
    await page.locator("body[data-done]").waitFor();
    const [, said] = /best guess (\S+)°N/.exec(await page.locator("#where").innerText()) ?? [];
    const picture = join(folder, "public/picture.webp");
    const { stdout } = await geodrift(["locate", picture, "--json", "--seed", "1", "--map", "m.geojson"], folder);
    // Pictures are shrunk by another filter in the browser: some kilometres.
    expect(Math.abs(Number(said) - JSON.parse(stdout).best.lat)).toBeLessThan(0.3);
    const [, sum] = /hold ([\d.]+) %/.exec(await page.locator("#sum").innerText()) ?? [];
    expect(Number(sum)).toBeGreaterThan(95);
    expect(Number(sum)).toBeLessThan(100.5);
    const nats = (await page.locator("#others td:nth-child(2)").allInnerTexts()).map(Number.parseFloat);
    expect(nats).toHaveLength(4);
    expect(nats.indexOf(Math.max(...nats))).toBe(0);
    await look(page, "notebook");
    await browser.close();
  });
});
