/** Pictures to try, of those that the game asks about: what the embedded model is for. */
export const examples = [
  { file: "examples/0.webp", name: "A delta" },
  { file: "examples/1.webp", name: "A strait" },
  { file: "examples/4.webp", name: "An island" },
  { file: "examples/11.webp", name: "A long lake" },
  { file: "examples/20.webp", name: "A salt lake" },
  { file: "examples/22.webp", name: "A swamp" },
] as const;
