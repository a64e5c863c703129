/** Everything that a picture's file says of itself, for people. */

/** Tags of one kind, each with what it says. */
export interface TagGroup {
  kind: TagKind;
  tags: readonly (readonly [tag: string, value: string])[];
}

/** Kinds of tags, in the order in which they are told. */
const kinds = ["file", "exif", "gps", "iptc", "xmp", "icc", "png", "jfif"] as const;

/** A kind of tags. */
export type TagKind = (typeof kinds)[number];

/** Longer values are cut: a maker's note may have megabytes. */
const longest = 300;

/** What is no text for people: pictures in pictures, and what programs keep for themselves. */
const left = new Set(["MakerNote", "_raw", "Thumbnail", "Images", "offset schema"]);

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)} …` : text);

/** What it says, by kind; the library that reads it is fetched when it is asked for. */
export async function tagsOf(file: File): Promise<TagGroup[]> {
  const { load, errors } = await import("exifreader");
  const bytes = await file.arrayBuffer();
  let all: Record<string, Record<string, unknown> | undefined>;
  try {
    all = load(bytes, { expanded: true }) as never;
  } catch (e) {
    // A picture that says nothing is none that cannot be read.
    if (e instanceof errors.MetadataMissingError) return [];
    throw e;
  }
  return kinds.flatMap((kind) => {
    const tags = Object.entries(all[kind] ?? {}).flatMap(([tag, value]) => {
      if (left.has(tag)) return [];
      const said = describe(value);
      return said ? [[tag, cut(said)] as const] : [];
    });
    return tags.length > 0 ? [{ kind, tags }] : [];
  });
}

function describe(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return value;
  if (value && typeof value === "object" && "description" in value) return String(value.description ?? "").trim();
  return "";
}
