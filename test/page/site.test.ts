/** The page without a server. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { geodrift } from "../end-to-end/program.js";
import { drop, hasBrowser, openBrowser, openPage } from "./browser.js";
import { answered, look, nile, root } from "./served.js";

describe.skipIf(!hasBrowser)("the site without a server", () => {
  const temporary = mkdtempSync(join(tmpdir(), "site-"));
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
    await answered(page).waitFor();
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
