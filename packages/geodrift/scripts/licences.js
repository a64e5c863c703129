/** The licences of what is bundled, which have to come along with it. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Folder and manifest of the package that a module belongs to: the nearest with a name, as folders within one may have manifests too. */
function packageOf(module) {
  for (let folder = dirname(module); ; folder = dirname(folder)) {
    if (!readdirSync(folder).includes("package.json")) continue;
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    if (manifest.name) return { folder, manifest };
  }
}

/** @param ids modules as a bundler names them */
export function licencesOf(ids) {
  const modules = [...ids]
    .filter((id) => id.includes("/node_modules/"))
    .map((id) => id.replace(/^\0/, "").replace(/\?.*$/, ""));
  const packages = new Map(modules.map(packageOf).map((found) => [found.folder, found.manifest]));
  const notices = [...packages].sort().map(([folder, { name, version, license }]) => {
    const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), "utf8").trim() : ""}\n`;
  });
  return notices.join(`\n${"-".repeat(80)}\n\n`);
}
