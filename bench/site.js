/** The site without a server, in the system's Chromium: what is fetched for the first answer, and when it comes. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { openBrowser } from "./chromium.js";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

export const benches = {
  site: async function* () {
    const folder = mkdtempSync(join(tmpdir(), "geodrift-bench-"));
    execFileSync("npx", ["vite", "build", "--mode", "site", "--outDir", folder], {
      cwd: "packages/web",
      stdio: "ignore",
    });
    const fetched = new Map();
    const server = createServer((request, answer) => {
      const path = new URL(request.url, "http://site").pathname;
      const file = path === "/" ? "/index.html" : path;
      try {
        const bytes = readFileSync(join(folder, file));
        fetched.set(file, bytes);
        const headers = {
          "content-type": types[extname(file)] ?? "application/octet-stream",
          "content-length": bytes.length,
        };
        answer.writeHead(200, headers).end(bytes);
      } catch {
        answer.writeHead(404).end();
      }
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${server.address().port}/`;
    const browser = await openBrowser();
    const picture = join(folder, "play/0.png");
    const [first, next] = [[], []];
    for (let i = 0; i < 3; i++) {
      const page = await browser.newPage();
      const then = performance.now();
      await page.goto(url);
      await page.setInputFiles("input[type=file]", picture);
      await page.locator(".answer h2").waitFor();
      first.push(performance.now() - then);
      const again = performance.now();
      await page.setInputFiles("input[type=file]", picture);
      await page.locator(".answer h2").waitFor({ state: "detached" });
      await page.locator(".answer h2").waitFor();
      next.push(performance.now() - again);
      await page.close();
    }
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true });
    const mb = (bytes) => Number((bytes / 1e6).toFixed(1));
    const sum = (size) => [...fetched.values()].reduce((total, bytes) => total + size(bytes), 0);
    yield {
      bench: "site",
      fetchedMb: mb(sum((b) => b.length)),
      gzippedMb: mb(sum((b) => gzipSync(b).length)),
      modelMb: mb([...fetched].filter(([f]) => f.startsWith("/model/")).reduce((t, [, b]) => t + b.length, 0)),
      firstAnswerSeconds: Number((Math.min(...first) / 1000).toFixed(1)),
      nextAnswerSeconds: Number((Math.min(...next) / 1000).toFixed(1)),
    };
  },
};
