/** Pictures to try, of those that the game asks about: what the embedded model is for. */
export const examples = [
  { file: "examples/0.webp", name: "delta" },
  { file: "examples/1.webp", name: "strait" },
  { file: "examples/4.webp", name: "island" },
  { file: "examples/11.webp", name: "longLake" },
  { file: "examples/20.webp", name: "saltLake" },
  { file: "examples/22.webp", name: "swamp" },
] as const;
