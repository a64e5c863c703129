/** A page on which people rate turntables, two at a time, without knowing what made them: one file, no server, nothing fetched. */
import { createHash } from "node:crypto";
import { Generator } from "@geodrift/core";
import { escapeXml } from "../files/escape-xml.js";

/** One lift that is shown. */
export interface Rated {
  /** What it is of, as people are asked about it. */
  title: string;
  /** Its moving picture, WebP. */
  turntable: Uint8Array;
}

/** A page, and what its names stand for. */
export interface RatingPage {
  html: string;
  /** Of the pictures and the order in which they are shown. */
  set: string;
  /** Names on the page, of each lift. */
  names: string[];
}

/** A name that says nothing of what made a picture. */
const nameOf = (turntable: Uint8Array): string => createHash("sha256").update(turntable).digest("hex").slice(0, 12);

/** Every two of `n`, in some order, either first. */
function pairsOf(n: number, most: number, random: Generator): [number, number][] {
  const all: [number, number][] = [];
  for (let a = 0; a < n; a++) for (let b = 0; b < a; b++) all.push(random.uniform() < 0.5 ? [a, b] : [b, a]);
  for (let k = all.length - 1; k > 0; k--) {
    const other = random.integer(k + 1);
    [all[k], all[other]] = [all[other], all[k]];
  }
  return all.slice(0, most);
}

/**
 * Makes the page.
 * @param lifts two or more
 * @param most pairs that are shown
 * @param seed of their order
 */
export function ratingPage(lifts: readonly Rated[], most: number, seed: number): RatingPage {
  const names = lifts.map(({ turntable }) => nameOf(turntable));
  const pairs = pairsOf(lifts.length, most, new Generator(seed, 12));
  const set = createHash("sha256").update(JSON.stringify({ names, pairs })).digest("hex").slice(0, 16);
  const pictures = Object.fromEntries(
    lifts.map(({ turntable }, k) => [names[k], `data:image/webp;base64,${Buffer.from(turntable).toString("base64")}`]),
  );
  const shown = pairs.map((pair) => ({ title: lifts[pair[0]].title, of: pair.map((k) => names[k]) }));
  // Inside of a script, "<" could end it.
  const data = JSON.stringify({ set, shown, pictures }).replaceAll("<", "\\u003c");
  const title = [...new Set(lifts.map((lift) => lift.title))].join(", ");
  return { html: page(escapeXml(title), data), set, names };
}

const page = (title: string, data: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Two at a time: ${title}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; }
img { width: 100%; background: #eee; border-radius: 0.3rem; }
fieldset { border: 0; padding: 0; margin: 0.5rem 0; }
label { display: inline-block; padding: 0.3rem 0.7rem; }
button { font: inherit; padding: 0.4rem 1rem; }
</style>
</head>
<body>
<h1>Two at a time</h1>
<p>Each picture turns a solid once around: its colours, its surface, its depth. How good is each as <strong id="of"></strong>: 1 is nothing of the kind, 5 is as good as it could be. What made them is not said, and their order is by chance.</p>
<p id="where" role="status"></p>
<form id="form"><div class="pair" id="pair"></div><p><button id="next">Next</button></p></form>
<p id="end" hidden>That is all, and thank you. <a id="save" download="ratings.json">Save the ratings</a>, and send them back: nothing has been sent.</p>
<script type="application/json" id="data">${data}</script>
<script>
const { set, shown, pictures } = JSON.parse(document.getElementById("data").textContent);
const by = (id) => document.getElementById(id);
const answers = [];
function show() {
  const { title, of } = shown[answers.length];
  by("of").textContent = title;
  by("where").textContent = "Pair " + (answers.length + 1) + " of " + shown.length;
  by("pair").replaceChildren(...["left", "right"].map((side, k) => {
    const field = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = k === 0 ? "First" : "Second";
    const picture = document.createElement("img");
    picture.src = pictures[of[k]];
    picture.alt = legend.textContent + ", turning";
    field.append(legend, picture);
    for (const value of [1, 2, 3, 4, 5]) {
      const label = document.createElement("label");
      const input = document.createElement("input");
      Object.assign(input, { type: "radio", name: side, value, required: true });
      label.append(input, " " + value);
      field.append(label);
    }
    return field;
  }));
}
by("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const given = new FormData(by("form"));
  const { of } = shown[answers.length];
  answers.push({ of, ratings: ["left", "right"].map((side) => Number(given.get(side))) });
  if (answers.length < shown.length) return show();
  by("form").hidden = true;
  by("where").textContent = "";
  by("end").hidden = false;
  by("save").href = URL.createObjectURL(new Blob([JSON.stringify({ set, answers }, null, 1)], { type: "application/json" }));
});
show();
</script>
</body>
</html>
`;
