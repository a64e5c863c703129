import type { Runtime } from "@geodrift/compile";
import { GeodriftError } from "@geodrift/core/errors";
import type { Landmark } from "../../landmarks/landmark.js";
import { behindPhoto } from "../../landmarks/photo-behind.js";
import { type AngleJudgeOptions, angleJudgeOf } from "./angle-judge.js";
import type { JanusOptions } from "./janus.js";
import { madeFolder, part } from "./made-folder.js";

/** Pixels along a side of the pictures that a judge sees, and photographs whose skies stand behind a field. */
const [size, skies] = [64, 48];

/**
 * A judge of a landmark's photographs, and what is behind it in some of them.
 * @param folder of photographs whose truth is known
 * @throws GeodriftError `option` for photographs of another landmark, `data` or `file` for ones that cannot be used
 */
export async function janusOptions(
  folder: string,
  { name, title, facing }: Pick<Landmark, "name" | "title" | "facing">,
  judging: AngleJudgeOptions,
  runtime: Runtime,
  report: (line: string) => void,
): Promise<JanusOptions> {
  const made = await madeFolder(folder);
  const { shown } = made;
  if (shown.name !== name)
    throw new GeodriftError(
      "option",
      `--photographs: ${folder} has photographs of ${shown.title}, and not of ${title}`,
    );
  const training = part(made, "train");
  const { judge, bank, data, photographs } = await angleJudgeOf(training, size, judging, runtime, report);
  const behind = training.photos.slice(0, skies).map((photo, k) => behindPhoto(shown, photo, bank, k));
  return { judge, data, photographs, size, front: facing, behind };
}
