/**
 * How fine a whole distribution is made, and how many steps the map has whose density it is, without guidance: a vertex costs three
 * evaluations of the network for each of four stages of each step. What a prior leaves may lie where hardly anything does, and
 * there few steps err (`npm run bench map`).
 */
export const wholeMesh = { level: 2, tolerance: 1, maxVertices: 600, steps: 10 };
/** The same where a prior is multiplied with it. */
export const meshForPriors = { ...wholeMesh, steps: 16 };
