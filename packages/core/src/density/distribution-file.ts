/** Distributions as tensors: what a server hands to a page, and a page needs to ask them everything. */
import { type Tensor, tensor } from "@geodrift/compile";
import { conformal } from "./conformal.js";
import type { PlaceDistribution } from "./distribution.js";
import { type MeshDistribution, meshDistribution } from "./mesh-distribution.js";
import { sampleDistribution } from "./sample-distribution.js";

/**
 * The highest log density of a distribution's picture, nats per steradian: of a mesh the greatest at a vertex, otherwise
 * that of the best guess.
 */
export function peakLogDensity(distribution: PlaceDistribution): number {
  if (!("mesh" in distribution)) return distribution.logProbNats(distribution.best);
  return (distribution as MeshDistribution).mesh.vertexLogDensities.reduce((a, b) => Math.max(a, b));
}

/**
 * A distribution as tensors by name: `samples` float32 [n, 3], and of a distribution on a mesh its `vertices` [v, 3],
 * `triangles` [t, 3], `masses`, `areas`, `turned` [t] and `vertexLogDensities` [v]; where regions are conformal, `conformal` [101].
 * @param samples unit vectors, [n, 3] stored flat
 */
export function distributionTensors(distribution: PlaceDistribution, samples: Float64Array): Record<string, Tensor> {
  const told = distribution.conformal;
  const drawn = {
    samples: tensor(Float32Array.from(samples), [samples.length / 3, 3]),
    ...(told && { conformal: tensor(Float64Array.from(told), [told.length], "float64") }),
  };
  if (!("mesh" in distribution)) return drawn;
  const { vertices, triangles, masses, areas, turned, vertexLogDensities } = (distribution as MeshDistribution).mesh;
  return {
    ...drawn,
    vertices: tensor(vertices, [vertices.length / 3, 3], "float64"),
    triangles: tensor(Int32Array.from(triangles), [triangles.length / 3, 3], "int32"),
    masses: tensor(masses, [masses.length], "float64"),
    areas: tensor(areas, [areas.length], "float64"),
    turned: tensor(Int32Array.from(turned), [turned.length], "int32"),
    vertexLogDensities: tensor(vertexLogDensities, [vertexLogDensities.length], "float64"),
  };
}

/**
 * The distribution that `distributionTensors` has made tensors of, and its samples [n, 3]. Without a mesh the
 * distribution is that of the samples; the `variationNats` of a mesh is not kept, and is NaN.
 * @throws RangeError if there is no mesh and fewer than two samples
 */
export function readDistribution(tensors: Record<string, Tensor>): {
  distribution: PlaceDistribution;
  samples: Float64Array;
} {
  const samples = Float64Array.from(tensors.samples.data as Float32Array);
  const told = tensors.conformal && Array.from(tensors.conformal.data as Float64Array);
  const as = <D extends PlaceDistribution>(plain: D): D => (told ? conformal(plain, told) : plain);
  if (!tensors.triangles) return { distribution: as(sampleDistribution(samples)), samples };
  const numbers = (name: string) => tensors[name].data as Float64Array<ArrayBuffer>;
  const mesh = {
    vertices: numbers("vertices"),
    triangles: Uint32Array.from(tensors.triangles.data as Int32Array),
    masses: numbers("masses"),
    areas: numbers("areas"),
    turned: Uint8Array.from(tensors.turned.data as Int32Array),
    vertexLogDensities: numbers("vertexLogDensities"),
    variationNats: Number.NaN,
  };
  return { distribution: as(meshDistribution(mesh)), samples };
}
