/** How a picture looks, in 64 bits that nearly agree where pictures look alike. */
import sharpPhash from "sharp-phash";

// Its types tell of a default export; what it exports is the function.
const phash = sharpPhash as unknown as (picture: Uint8Array) => Promise<string>;

/**
 * The perceptual hash by the lowest frequencies of a cosine transform (Zauner 2010, §3.2.1), hexadecimal.
 * @param picture a small one, as PNG
 */
export async function perceptualHash(picture: Uint8Array): Promise<string> {
  return BigInt(`0b${await phash(picture)}`)
    .toString(16)
    .padStart(16, "0");
}
