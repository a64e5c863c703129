/** Words in a line that people write, between commas or spaces. */

const months = Array.from({ length: 12 }, (_, m) =>
  new Date(Date.UTC(2000, m)).toLocaleString("en", { month: "long", timeZone: "UTC" }),
);

/** Is it a word of how a picture is, or a month, rather than the name of a place? */
export const isSaid = (word: string): boolean => /^\p{Ll}/u.test(word) || months.includes(word);

const found = (word: string, flags: string): RegExp => {
  const literal = word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<=^|[\\s,;])${literal}(?=$|[\\s,;])`, flags);
};

/** Is a word written there? */
export const holds = (text: string, word: string): boolean => found(word, "iu").test(text);

/** The text without a word, and without the comma that it leaves. */
export const without = (text: string, word: string): string =>
  text
    .replace(found(word, "giu"), "")
    .split(/[,;]/)
    .map((part) => part.trim().replaceAll(/\s+/g, " "))
    .filter((part) => part !== "")
    .join(", ");
