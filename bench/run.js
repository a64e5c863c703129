/** `npm run bench [NAME…]`: prints one JSON line per measurement. Without names, all of them but those that take hours. */
import { benches as archivePage } from "./archive-page.js";
import { benches as diskIndex } from "./disk-index.js";
import { benches as dose } from "./dose.js";
import { benches as earth } from "./earth.js";
import { benches as encoders } from "./encoders.js";
import { benches as field } from "./field.js";
import { benches as imagine } from "./imagine.js";
import { benches as library } from "./library.js";
import { benches as likelihood } from "./likelihood.js";
import { benches as locate } from "./locate.js";
import { benches as looks } from "./looks.js";
import { benches as map } from "./map.js";
import { benches as page } from "./page.js";
import { benches as plonk } from "./plonk.js";
import { benches as regions } from "./regions.js";
import { benches as retrieval } from "./retrieval.js";
import { benches as serve } from "./serve.js";
import { benches as site } from "./site.js";
import { benches as start } from "./start.js";
import { benches as threads } from "./threads.js";

const all = {
  ...plonk,
  ...locate,
  ...map,
  ...likelihood,
  ...retrieval,
  ...diskIndex,
  ...encoders,
  ...serve,
  ...page,
  ...archivePage,
  ...looks,
  ...site,
  ...start,
  ...library,
  ...imagine,
  ...field,
  ...regions,
  ...threads,
  ...earth,
};
const known = { ...all, ...dose };
const names = process.argv.slice(2);
for (const name of names) {
  if (known[name]) continue;
  console.error(`bench: "${name}" is not one of ${Object.keys(known).join(", ")}`);
  process.exit(2);
}
for (const name of names.length > 0 ? names : Object.keys(all))
  for await (const line of known[name]()) console.log(JSON.stringify(line));
process.exit(0);
