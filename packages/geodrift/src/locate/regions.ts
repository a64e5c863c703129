import { conformal, type PlaceDistribution } from "@geodrift/core";
import type { ModelDescription } from "../models/schema.js";

/** The distribution with regions as the model has them: those that have held what they promise, or the density's own. */
export const withRegions = <D extends PlaceDistribution>(
  distribution: D,
  { regions }: Pick<ModelDescription, "regions">,
): D => (regions ? conformal(distribution, regions.masses) : distribution);
