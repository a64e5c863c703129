/** Archives that are made for measurements. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

/** Pictures of an archive. */
export const count = Number(process.env.PICTURES ?? 100_000);
const perFolder = 500;

const degrees = (x) => `${Math.floor(Math.abs(x))}/1 ${Math.round(60 * (Math.abs(x) % 1))}/1 0/1`;

/**
 * Small JPEGs with EXIF, each different in its bytes.
 * @param kinds so many are different in what they show, say and where they were taken; others differ in their ends alone
 * @param located share of the kinds that say where
 */
export async function archive(folder, { kinds = 10, located = 0.2 } = {}) {
  const made = [];
  for (let k = 0; k < kinds; k++) {
    const [lat, lng] = [((37 * k) % 130) - 60 + 0.5, ((101 * k) % 340) - 170];
    const place = k < located * kinds && {
      GPSLatitude: degrees(lat),
      GPSLatitudeRef: lat < 0 ? "S" : "N",
      GPSLongitude: degrees(lng),
      GPSLongitudeRef: lng < 0 ? "W" : "E",
    };
    const day = new Date(Date.UTC(2005 + (k % 20), k % 12, 1 + (k % 28), 12)).toISOString().slice(0, 10);
    made.push(
      await sharp({
        create: { width: 64, height: 48, channels: 3, background: { r: (25 * k) % 256, g: (k >> 3) % 256, b: 120 } },
      })
        .withExif({
          IFD0: { Make: "Maker", Model: `Camera ${k % 10}` },
          IFD2: { DateTimeOriginal: `${day.replaceAll("-", ":")} 12:00:00` },
          ...(place && { IFD3: place }),
        })
        .jpeg()
        .toBuffer(),
    );
  }
  for (let i = 0; i < count; i++) {
    const album = join(folder, `album-${String(Math.floor(i / perFolder)).padStart(4, "0")}`);
    if (i % perFolder === 0) mkdirSync(album, { recursive: true });
    writeFileSync(
      join(album, `picture-${String(i).padStart(6, "0")}.jpg`),
      Buffer.concat([made[i % kinds], Buffer.from(String(i))]),
    );
  }
}
