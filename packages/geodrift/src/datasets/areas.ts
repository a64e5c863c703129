import type { AreaLabels } from "../pictures/dataset.js";

/** Columns of OSV-5M that name the areas of a place. */
const areaColumns = { country: "unique_country", region: "unique_region", city: "unique_city" } as const;

/**
 * What reads the names of the areas of a place off the values of a table's row; "NaN" and empty cells are not known.
 * @param columns names of the table's columns, in the order of the values
 * @returns undefined for a table that names none
 */
export function areasOf(
  columns: readonly string[],
): ((values: readonly (string | null | undefined)[]) => AreaLabels) | undefined {
  const known = Object.entries(areaColumns).flatMap(([kind, name]) => {
    const at = columns.indexOf(name);
    return at < 0 ? [] : [[kind, at] as const];
  });
  if (known.length === 0) return undefined;
  return (values) => {
    const own = known.map(([kind, at]) => [kind, values[at]] as const);
    // Python writes NaN for what is missing; "NA" is Namibia.
    return Object.fromEntries(own.filter(([, label]) => label != null && label !== "" && label !== "NaN"));
  };
}
