/**
 * How fine a whole distribution is made, and how many steps the map has whose density it is, without guidance: a vertex costs three
 * evaluations of the network for each of four stages of each step. Where mass lies `steps` are enough; `globeSteps` are for the vertices
 * that are spread over the whole globe, most of them where hardly anything lies and few steps err by nats. Of them there are 252, which go into a
 * graph for 256 (`rowPieces`); and as an evaluation at few points takes nearly as long as at some more, rounds are few and large.
 */
export const wholeMesh = {
  parts: 5,
  tolerance: 1.2,
  maxVertices: 900,
  mostSamples: 3,
  bulk: 0.9,
  steps: 16,
  globeSteps: 32,
};
/** The same where a prior is multiplied with it, which may leave what has hardly any mass. */
export const meshForPriors = { ...wholeMesh, steps: 20 };

/** Steps at vertices that are anywhere on the globe, or at those that are added where mass lies. */
export const stepsAt = ({ steps, globeSteps }: typeof wholeMesh, anywhere: boolean): number =>
  anywhere ? globeSteps : steps;
