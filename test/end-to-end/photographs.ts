/** Pictures as a camera leaves them. */
import sharp from "sharp";

export interface Taken {
  lat?: number;
  lng?: number;
  /** `2024:05:01 12:00:00` */
  time?: string;
  /** What is seen: equal for equal numbers. */
  seed: number;
}

const degrees = (x: number): string => {
  const minutes = (Math.abs(x) % 1) * 60;
  return `${Math.floor(Math.abs(x))}/1 ${Math.floor(minutes)}/1 ${Math.round((minutes % 1) * 60_000)}/1000`;
};

/** A JPEG with the place and the time in its EXIF, or without. */
export function photograph({ lat, lng, time, seed }: Taken): Promise<Buffer> {
  const [width, height] = [80, 60];
  const pixels = Buffer.from(
    Array.from({ length: 3 * width * height }, (_, i) => {
      const [x, y, channel] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
      return 128 + 127 * Math.sin(seed * (1 + channel) + ((x * (seed % 7)) / 20 + (y * (seed % 5)) / 15));
    }),
  );
  const place =
    lat === undefined || lng === undefined
      ? {}
      : {
          IFD3: {
            GPSLatitude: degrees(lat),
            GPSLatitudeRef: lat < 0 ? "S" : "N",
            GPSLongitude: degrees(lng),
            GPSLongitudeRef: lng < 0 ? "W" : "E",
          },
        };
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .withExif({ IFD0: { Make: "Maker", Model: "Camera" }, ...(time && { IFD2: { DateTimeOriginal: time } }), ...place })
    .jpeg()
    .toBuffer();
}
