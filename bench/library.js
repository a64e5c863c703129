/**
 * A library of 100,000 pictures: scanning, memory, size, how long lists take over HTTP, and decisions, of one and of two at once. In a file of its
 * own; or, with LIBRARY, in a database that is empty: `LIBRARY=postgres://… npm run bench library`.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { archive, count } from "./made-archive.js";

const bin = join(dirname(createRequire(import.meta.url).resolve("geodrift")), "../bin/geodrift.js");

/** Runs a command, and tells its seconds and its peak of memory as the system counts it. */
function timed(args) {
  const then = performance.now();
  const child = spawn("/usr/bin/time", ["-f", "%M", process.execPath, bin, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (d) => {
    said += d;
  });
  return new Promise((resolve) => {
    child.on("exit", () =>
      resolve({
        seconds: (performance.now() - then) / 1000,
        peakMb: Math.round(Number(said.trim().split("\n").at(-1)) / 1024),
      }),
    );
  });
}

export const benches = {
  library: async function* () {
    const folder = mkdtempSync(join(tmpdir(), "geodrift-bench-"));
    await archive(join(folder, "pictures"));
    const index = process.env.LIBRARY ?? join(folder, "index");
    const round = (x) => Number(x.toFixed(1));
    const add = await timed(["library", "add", join(folder, "pictures"), "--library", index]);
    yield {
      bench: "library-scan",
      pictures: count,
      seconds: round(add.seconds),
      perSecond: Math.round(count / add.seconds),
      peakMb: add.peakMb,
      ...(process.env.LIBRARY === undefined && { indexMb: round(statSync(join(index, "index.db")).size / 2 ** 20) }),
    };
    const again = await timed(["library", "add", join(folder, "pictures"), "--library", index]);
    yield {
      bench: "library-scan-again",
      pictures: count,
      seconds: round(again.seconds),
      perSecond: Math.round(count / again.seconds),
      peakMb: again.peakMb,
    };

    const child = spawn(process.execPath, [bin, "serve", "--port", "0", "--library", index], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const url = await new Promise((resolve) => {
      child.stdout.on("data", (d) => resolve(/http:\S+/.exec(String(d))[0]));
    });
    const get = async (path) => (await fetch(new URL(`api/library${path}`, url))).json();
    const { next } = await get("/pictures?state=queue&order=time&limit=1000");
    for (const [what, path] of [
      ["overview", ""],
      ["first page of the queue", "/pictures?state=queue"],
      ["page in the middle, by time", `/pictures?state=queue&order=time&after=${next}`],
      ["surest first", "/pictures?state=queue&order=bits"],
      ["part of a name", "/pictures?text=picture-0999"],
      ["one album", "/pictures?album=album-0100"],
      ["one picture", "/pictures/50000"],
      ["what is known of its hour", "/pictures/50003/known?timeNeighbours=60&album=true"],
      ["albums", "/albums"],
      ["numbers of all, for the grid", "/ids"],
      ["where all stand, for the map", "/places"],
      ["days of all, for the calendar", "/days"],
      ["within a country", "/pictures?where=Spain"],
      ["cameras", "/cameras"],
      ["a page of duplicates", "/duplicates"],
    ]) {
      const times = [];
      for (let i = 0; i < 15; i++) {
        const then = performance.now();
        await get(path);
        times.push(performance.now() - then);
      }
      times.sort((a, b) => a - b);
      yield { bench: "library-list", what, medianMs: round(times[7]), worstMs: round(times[14]) };
    }
    const pictures = [];
    for (let after = ""; pictures.length < Math.min(10_000, count / 2); ) {
      const page = await get(`/pictures?state=queue&limit=1000${after}`);
      pictures.push(...page.pictures.map((p) => p.id));
      after = `&after=${page.next}`;
    }
    const decide = performance.now();
    const post = async (body) => {
      const answer = await fetch(new URL("api/library/decisions", url), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return { status: answer.status, ...(await answer.json()) };
    };
    const rejected = await post({ pictures, verdict: { kind: "reject" } });
    if (rejected.status !== 200) throw new Error(JSON.stringify(rejected));
    yield { bench: "library-decide", pictures: pictures.length, ms: Math.round(performance.now() - decide) };

    // Two who go through the same pictures from both ends, ten at a time, and have seen the same.
    const words = new Map();
    for (let after = ""; ; ) {
      const page = await get(`/pictures?state=rejected&limit=1000${after}`);
      for (const { id, lastWord } of page.pictures) words.set(id, lastWord.id);
      if (page.next === undefined) break;
      after = `&after=${page.next}`;
    }
    const both = performance.now();
    const said = { well: 0, late: 0 };
    const slowest = [];
    const reviewer = async (order) => {
      for (let i = 0; i < order.length; i += 10) {
        const lot = order.slice(i, i + 10);
        const then = performance.now();
        const { refused } = await post({
          pictures: lot,
          seen: lot.map((id) => words.get(id)),
          verdict: { kind: "not-a-place" },
        });
        slowest.push(performance.now() - then);
        said.late += refused?.length ?? lot.length;
        said.well += lot.length - (refused?.length ?? lot.length);
      }
    };
    await Promise.all([reviewer(pictures), reviewer([...pictures].reverse())]);
    slowest.sort((a, b) => a - b);
    yield {
      bench: "library-two-reviewers",
      pictures: pictures.length,
      ...said,
      seconds: round((performance.now() - both) / 1000),
      medianMs: round(slowest[slowest.length >> 1]),
      worstMs: round(slowest.at(-1)),
    };
    child.kill();
    rmSync(folder, { recursive: true });
  },
};
