/** The picture that a camera puts into its raw files beside the sensor's data: the largest JPEG inside. */

/** A JPEG within other bytes. */
interface Found {
  start: number;
  end: number;
  pixels: number;
}

/** Frames that any reader decodes: baseline, extended, progressive. The lossless ones are the sensor's data. */
const decodable = new Set([0xc0, 0xc1, 0xc2]);

/** Smaller ones are thumbnails that tell nothing. */
const leastPixels = 64 * 64;

/**
 * The largest JPEG inside of a file; undefined if there is none worth looking at.
 * @param morePixelsThan the picture that it stands for has so many
 */
export function embeddedPreview(bytes: Uint8Array, morePixelsThan = 0): Uint8Array | undefined {
  let best: Found | undefined;
  const limits = { endless: bytes.length };
  for (let at = bytes.indexOf(0xff); at >= 0 && at + 3 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] !== 0xd8 || bytes[at + 2] !== 0xff) continue;
    const found = jpegAt(bytes, at, limits);
    if (!found) continue;
    if (!best || found.pixels > best.pixels) best = found;
    // Its own thumbnail is no preview of the file.
    at = found.end - 1;
  }
  if (!best || best.pixels < leastPixels || best.pixels <= morePixelsThan) return undefined;
  return bytes.subarray(best.start, best.end);
}

/** More segments than these no camera writes. */
const mostSegments = 500;

/**
 * Follows the markers of a JPEG from its beginning to its end; undefined if it is none, or none that can be decoded.
 * @param limits `endless`: from where on entropy-coded data goes on to the end of the file without one of its own
 */
function jpegAt(bytes: Uint8Array, start: number, limits: { endless: number }): Found | undefined {
  let [pixels, segments] = [0, 0];
  for (let at = start + 2; at + 4 < bytes.length; ) {
    if (++segments > mostSegments) return undefined;
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = (bytes[at + 2] << 8) | bytes[at + 3];
    if (length < 2) return undefined;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) {
      if (!decodable.has(marker)) return undefined;
      pixels = ((bytes[at + 5] << 8) | bytes[at + 6]) * ((bytes[at + 7] << 8) | bytes[at + 8]);
    }
    at += 2 + length;
    if (marker !== 0xda) continue;
    if (at >= limits.endless) return undefined;
    const began = at;
    // Entropy-coded data: stuffed bytes and restarts are parts of it.
    while (at + 1 < bytes.length && (bytes[at] !== 0xff || bytes[at + 1] === 0 || (bytes[at + 1] & 0xf8) === 0xd0)) {
      const next = bytes.indexOf(0xff, at + 1);
      if (next < 0) {
        limits.endless = began;
        return undefined;
      }
      at = next;
    }
    if (at + 1 >= bytes.length) limits.endless = began;
    if (bytes[at + 1] === 0xd9) return pixels > 0 ? { start, end: at + 2, pixels } : undefined;
  }
  return undefined;
}
