/** What can be told apart about views: the attributes that a judge learns, and captions tell. */
import { climateNames, kinds, months, scales, seasons, surfaces, type ViewFacts } from "./captions.js";

/** An attribute with a fixed set of classes. */
interface Attribute {
  /** Names of the classes; their order gives their numbers. */
  classes: readonly string[];
  /** The class of a view; undefined where the view has none. */
  of(facts: ViewFacts): string | undefined;
}

/** The attributes by name. */
export const attributes = {
  kind: { classes: kinds, of: (facts) => facts.kind },
  surface: { classes: surfaces, of: (facts) => facts.surface },
  climate: { classes: climateNames, of: ({ climate }) => (climate.length > 0 ? climate.join(" ") : undefined) },
  season: { classes: seasons, of: (facts) => facts.season },
  month: { classes: months, of: ({ month }) => (month === undefined ? undefined : months[month]) },
  scale: { classes: scales, of: (facts) => facts.scale },
} as const satisfies Record<string, Attribute>;

/** A name of `attributes`. */
export type AttributeName = keyof typeof attributes;
/** Names of the attributes, in the order that batches have them. */
export const attributeNames = Object.keys(attributes) as AttributeName[];

/** Number of a view's class, 0 …; −1 where the view has none. */
export function classOf(name: AttributeName, facts: ViewFacts): number {
  const own = attributes[name].of(facts);
  return own === undefined ? -1 : (attributes[name].classes as readonly string[]).indexOf(own);
}
