/** How wide the ground of a picture is: as asked, as its words say, or as usual. */
import { GeodriftError } from "@geodrift/core/errors";
import { scaleLimitsKm, scaleOf } from "../earth/captions.js";
import { imagineDefaults } from "./defaults.js";

type Widths = readonly [least: number, most: number];

const within = (km: number, [least, most]: Widths): number => Math.min(most, Math.max(least, km));

/** The ground width, km, where none is asked for: the usual one, held within the widths that the model knows. */
export const defaultGroundKm = (widths: Widths): number => within(imagineDefaults.groundKm, widths);

/**
 * The ground width of a plan, km: as asked, as its words say, or as usual.
 * @param asked km
 * @param wordings tokens of every wording of a plan, whose pictures all have one width
 * @param widths least and greatest width that the model knows, km
 * @throws GeodriftError `option` for a width that the model does not know, or that contradicts the words
 */
export function groundOf(asked: number | undefined, wordings: readonly (readonly string[])[], widths: Widths): number {
  const [least, most] = widths;
  const named = (["near", "wide"] as const).filter((scale) => wordings.some((words) => words.includes(scale)));
  if (named.length > 1)
    throw new GeodriftError("option", "near and wide are different widths of ground, and these pictures have one");
  const [scale] = named;
  if (asked !== undefined && (asked < least || asked > most))
    throw new GeodriftError("option", `the model knows widths of ground from ${least} to ${most} km, got ${asked}`);
  const km = asked ?? (scale ? within(imagineDefaults.scaleKm[scale], widths) : defaultGroundKm(widths));
  const own = scaleOf(km);
  if (scale && own !== scale)
    throw new GeodriftError(
      "option",
      `"${scale}" means ${scale === "near" ? "less" : "more"} than ${scaleLimitsKm[scale === "near" ? 0 : 1]} km of ground, and it would be ${km}`,
    );
  return km;
}
