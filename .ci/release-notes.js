/** The section of CHANGELOG.md for a version; an error if there is none, or a package has another version. */
import { readFileSync } from "node:fs";

const version = process.argv[2];
for (const name of ["compile", "core", "geodrift", "web"]) {
  const own = JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8")).version;
  if (own !== version) throw new Error(`packages/${name}/package.json: the version is ${own}, the tag says ${version}`);
}
const [, section] =
  new RegExp(`^## ${version.replaceAll(".", "\\.")}$\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, "m").exec(
    readFileSync("CHANGELOG.md", "utf8"),
  ) ?? [];
if (!section?.trim()) throw new Error(`CHANGELOG.md: has no section ${version}`);
process.stdout.write(`${section.trim()}\n`);
