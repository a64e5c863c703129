/** One picture, two pictures. */
export const plural = (n: number, noun: string): string =>
  `${n === 1 ? "One" : n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
