/** Mixtures of normal densities around places: what places that are known say of another. */
import { angle, type Focus, type Prior, type Vec3 } from "@geodrift/core";

/** An isotropic normal density around a place, `width` its standard deviation in radians. */
export interface Bump extends Focus {
  /** Share of the mixture. */
  weight: number;
}

/** Beyond so many widths nothing is left. */
const reach = 9;

/**
 * A mixture of normal densities and the uniform one.
 * @param bumps weights add up to one
 * @param elsewhere share of the uniform density, 0 … 1
 * @returns density per steradian
 */
export function mixturePrior(bumps: readonly Bump[], elsewhere: number): Prior {
  const density = (x: Vec3) =>
    bumps.reduce((sum, { centre, width, weight }) => {
      const away = angle(x, centre) / width;
      return away > reach ? sum : sum + (weight * Math.exp(-0.5 * away ** 2)) / (2 * Math.PI * width ** 2);
    }, 0);
  const focus = bumps.map(({ centre, width }) => ({ centre, width }));
  return Object.assign((x: Vec3) => (1 - elsewhere) * density(x) + elsewhere / (4 * Math.PI), { focus });
}
