/** Options of how figures are told, of `evaluate` and of `shards finish`. */
import type { Command } from "commander";

/** What they are. */
export interface FigureFlags {
  official?: boolean;
  towns?: string;
  groups?: boolean;
  climates?: string;
}

/** Adds them to a command. @param of said before each */
export function addFigureOptions(command: Command, of = ""): Command {
  return command
    .option(
      "--official",
      `${of}areas as the released code tells them: nearest town in degrees, labels that lack are missed`,
    )
    .option(
      "--towns <file>",
      `${of}table of towns that tell the areas: lat, lon, name, admin1, admin2, cc; .csv or .csv.gz`,
    )
    .option("--groups", `${of}figures by latitude and by continent as well`)
    .option(
      "--climates <file>",
      `${of}and by climate: a map of the classes of Köppen and Geiger, 0 to 30, .tif or .png`,
    );
}
