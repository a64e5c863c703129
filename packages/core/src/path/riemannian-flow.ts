import { geodesic } from "../sphere/geodesic.js";
import { uniformPoint } from "../sphere/sampling.js";
import type { Path } from "./path.js";

/**
 * Riemannian flow matching on S² (Chen & Lipman 2024): uniform noise, great circles exp_noise(γ log_noise(data)),
 * target their derivative by γ, a tangent vector as long as the angle in radians.
 */
export const riemannianFlow: Path = {
  name: "riemannian-flow",
  space: "sphere",
  noise: uniformPoint,
  at(data, noise, gamma) {
    const { point, tangent } = geodesic(noise, data, gamma);
    return { point, target: tangent };
  },
};
