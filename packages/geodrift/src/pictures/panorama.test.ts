import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readMetadata } from "./metadata.js";
import { decodeSquare } from "./read-picture.js";

const degrees = 180 / Math.PI;

/** Red by longitude, green by latitude, degrees, blue by which half: what a pixel of a view must look like is known. */
const colourAt = (lng: number, lat: number) => {
  const turned = ((lng + 540) % 360) - 180;
  return [
    127.5 + 127.5 * Math.sin(turned / degrees),
    ((lat + 90) / 180) * 255,
    127.5 + 127.5 * Math.cos(turned / degrees),
  ];
};

/** A panorama of 1,440 × 720 pixels, or a part of it, as a PNG or a JPEG with what its XMP says. */
async function panorama(
  said: Record<string, string | number>,
  { left = 0, top = 0, width = 1440, height = 720, middle = 0 } = {},
): Promise<Uint8Array> {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data.set(
        colourAt((left + x + 0.5) / 4 - 180 + middle, 90 - (top + y + 0.5) / 4).map(Math.round),
        3 * (y * width + x),
      );
  const attributes = Object.entries(said).map(([name, value]) => `GPano:${name}="${value}"`);
  const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" ${attributes.join(" ")}/></rdf:RDF></x:xmpmeta>`;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .withXmp(xmp)
    .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
    .toBuffer();
}

/** The greatest difference between a view and what a lens of 75° sees at `ahead` degrees, in grey levels. */
function mostOff({ width: side, data }: { width: number; data: Uint8Array }, ahead: number): number {
  const reach = Math.tan(37.5 / degrees);
  let most = 0;
  for (let i = 0; i < side; i++)
    for (let j = 0; j < side; j++) {
      const [right, up] = [((2 * (j + 0.5)) / side - 1) * reach, (1 - (2 * (i + 0.5)) / side) * reach];
      const wanted = colourAt(ahead + Math.atan(right) * degrees, Math.atan(up / Math.hypot(right, 1)) * degrees);
      wanted.forEach((v, k) => {
        most = Math.max(most, Math.abs(data[3 * (i * side + j) + k] - v));
      });
    }
  return most;
}

const whole = { ProjectionType: "equirectangular" };
const cover = { size: 64, square: "cover" } as const;

describe("a panorama all around", () => {
  it("is looked at straight ahead, as a lens sees it", async () => {
    const bytes = await panorama(whole);
    expect(mostOff(await decodeSquare(bytes, cover), 0)).toBeLessThan(4);
    for (const square of ["crop-resize", "resize-crop"] as const) {
      const view = await decodeSquare(bytes, { size: 48, square });
      expect([view.width, view.height]).toEqual([48, 48]);
      expect(mostOff(view, 0)).toBeLessThan(4);
    }
    const notes = readMetadata(bytes).notes;
    expect(notes).toEqual([expect.stringContaining("of this panorama what lies straight ahead is looked at")]);
  });

  it.each([90, 180, 181, 270])(
    "begins with the view that it says, %d degrees from its middle, across its edges",
    async (turn) => {
      const bytes = await panorama({ ...whole, PoseHeadingDegrees: 20, InitialViewHeadingDegrees: (20 + turn) % 360 });
      expect(mostOff(await decodeSquare(bytes, cover), turn)).toBeLessThan(4);
    },
  );

  it("of which a part is there is told by where that lies", async () => {
    const part = { left: 300, top: 100, width: 800, height: 480 };
    const said = {
      ...{ FullPanoWidthPixels: 1440, FullPanoHeightPixels: 720, CroppedAreaImageWidthPixels: 800 },
      ...{ CroppedAreaImageHeightPixels: 480, CroppedAreaLeftPixels: 300, CroppedAreaTopPixels: 100 },
    };
    const bytes = await panorama({ ...whole, ...said }, part);
    expect(mostOff(await decodeSquare(bytes, cover), 0)).toBeLessThan(4);
  });

  it("is nothing of the kind where its XMP says something else, or nothing that makes sense", async () => {
    const plain = await sharp(await panorama({})).toBuffer();
    const middle = await decodeSquare(plain, cover);
    const odd = [
      { ProjectionType: "cylindrical" },
      {
        ...whole,
        FullPanoWidthPixels: 100,
        FullPanoHeightPixels: 50,
        CroppedAreaImageWidthPixels: 900,
        CroppedAreaImageHeightPixels: 900,
      },
      // A strip that a lens takes in at once.
      {
        ...whole,
        FullPanoWidthPixels: 9000,
        FullPanoHeightPixels: 4500,
        CroppedAreaImageWidthPixels: 1440,
        CroppedAreaImageHeightPixels: 720,
      },
    ];
    for (const said of odd) {
      const bytes = await panorama(said);
      const { data } = await decodeSquare(bytes, cover);
      expect(Math.max(...data.map((v, i) => Math.abs(v - middle.data[i])))).toBeLessThan(8);
      expect(readMetadata(bytes).notes).toBeUndefined();
    }
    const unknown = await panorama({ ...whole, FullPanoWidthPixels: "wide" });
    expect(mostOff(await decodeSquare(unknown, cover), 0)).toBeLessThan(4);
  });
});
