import { readMask } from "../earth/raster.js";
import { byClimate, byContinent, byLatitude, type Grouping } from "../evaluate/groups.js";
import { gazetteer, readGazetteer } from "../places/bundled-towns.js";
import type { Gazetteer } from "../places/gazetteer.js";
import type { FigureFlags } from "./figure-options.js";

/**
 * What options of figures ask for.
 * @throws GeodriftError if a table or a map cannot be read
 */
export async function figuresAsked({ towns, groups, climates }: FigureFlags): Promise<{
  towns: Gazetteer;
  groupings: Grouping[];
}> {
  return {
    towns: towns === undefined ? gazetteer() : await readGazetteer(towns),
    groupings: [
      ...((groups ?? climates !== undefined) ? [byLatitude, byContinent] : []),
      ...(climates === undefined ? [] : [byClimate(await readMask(climates))]),
    ],
  };
}
