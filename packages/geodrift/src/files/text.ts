/** Bytes of text files to text, whatever program wrote them. */

/**
 * Text from bytes: UTF-8, or UTF-16 where a byte order mark or its zeros say so, or what an XML declaration names. A byte order
 * mark is no part of the text.
 */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0)) return "utf-16le";
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c)) return "utf-16be";
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  const named = /^(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)["']/i.exec(head)?.[1] ?? "utf-8";
  try {
    // What is declared as UTF-16 and has got here is none.
    return /^utf-?16/i.test(named) ? "utf-8" : new TextDecoder(named).encoding;
  } catch {
    return "utf-8";
  }
}
