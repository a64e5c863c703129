/**
 * COLMAP (Schönberger & Frahm 2016), where it is installed: which photographs show the same points, and where they were all taken from. It
 * is a program of its own, run step by step in a folder; versions 3.8 and later.
 */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { GeodriftError } from "@geodrift/core/errors";
import { threads } from "../runtime/threads.js";
import { type PictureLens, tellLenses } from "./colmap-database.js";

/** A picture that COLMAP looks at. */
export interface ColmapPicture extends PictureLens {
  /** Where it was taken, about: metres, x east, y north, z up. */
  place: readonly [x: number, y: number, z: number];
}

/** Places farther than this from where they fit are taken for wrong, metres: a few errors of a telephone's GPS. */
const mostOffM = 25;

const run = promisify(execFile);

/** Runs one of COLMAP's commands. */
async function colmap(args: readonly string[], signal?: AbortSignal): Promise<string> {
  // Even without a window it opens a screen.
  const env = { ...process.env, QT_QPA_PLATFORM: "offscreen" };
  try {
    return (await run("colmap", args, { env, signal, maxBuffer: 2 ** 28 })).stdout;
  } catch (e) {
    signal?.throwIfAborted();
    if ((e as NodeJS.ErrnoException).code === "ENOENT")
      throw new GeodriftError(
        "not-found",
        "colmap: is not installed, and is what finds cameras by what photographs show (Debian and Ubuntu: apt-get install colmap)",
      );
    const said = (e as { stderr?: string }).stderr?.trim().split("\n").pop() ?? "";
    throw new GeodriftError("data", `colmap ${args[0]} ended with an error: ${said}`, { cause: e });
  }
}

/**
 * Places pictures by what several of them show, then turns and scales the whole so that it fits where they say they were taken.
 * @param work an empty folder, whose folder `pictures` has the pictures
 * @param pairs names of pictures that may show the same
 * @param report hears what is being done
 * @returns COLMAP's lists of pictures with their poses, one for each of its models: those that share nothing are apart
 * @throws GeodriftError `not-found` if it is not installed, `data` if it fails
 * @throws the signal's reason when it is aborted
 */
export async function colmapModels(
  work: string,
  pictures: readonly ColmapPicture[],
  pairs: readonly (readonly [string, string])[],
  report: (line: string) => void,
  signal?: AbortSignal,
): Promise<string[]> {
  const database = join(work, "colmap.db");
  const [at, sparse, pairsFile, placesFile] = ["pictures", "sparse", "pairs.txt", "places.txt"].map((f) =>
    join(work, f),
  );
  const count = String(threads());
  await mkdir(sparse);
  await writeFile(pairsFile, pairs.map((pair) => `${pair.join(" ")}\n`).join(""));
  await writeFile(placesFile, pictures.map(({ name, place }) => `${name} ${place.join(" ")}\n`).join(""));
  report(`looking for points in ${pictures.length} photographs`);
  await colmap(
    [
      "feature_extractor",
      ...["--database_path", database, "--image_path", at, "--ImageReader.camera_model", "SIMPLE_PINHOLE"],
      ...["--SiftExtraction.use_gpu", "0", "--SiftExtraction.num_threads", count],
    ],
    signal,
  );
  tellLenses(database, pictures);
  report(`comparing ${pairs.length} pairs of them`);
  await colmap(
    [
      "matches_importer",
      ...["--database_path", database, "--match_list_path", pairsFile, "--match_type", "pairs"],
      ...["--SiftMatching.use_gpu", "0", "--SiftMatching.num_threads", count],
    ],
    signal,
  );
  report("placing them");
  await unlessNothing(
    colmap(
      [
        "mapper",
        ...["--database_path", database, "--image_path", at, "--output_path", sparse, "--Mapper.num_threads", count],
        // Lenses are known, and few pictures tell little of them.
        ...["--Mapper.ba_refine_focal_length", "0", "--Mapper.ba_refine_principal_point", "0"],
      ],
      signal,
    ),
  );
  // Renamed in 3.9.
  const limit = (await colmap(["model_aligner", "-h"], signal)).match(/--\w*alignment_max_error/)?.[0];
  const models: string[] = [];
  for (const name of (await readdir(sparse)).sort()) {
    const [model, aligned] = [join(sparse, name), join(work, `aligned-${name}`)];
    await mkdir(aligned);
    const fitted = await unlessNothing(
      colmap(
        [
          "model_aligner",
          ...["--input_path", model, "--output_path", aligned, "--ref_images_path", placesFile, "--ref_is_gps", "0"],
          ...["--alignment_type", "custom", ...(limit ? [limit, String(mostOffM)] : [])],
        ],
        signal,
      ),
    );
    if (fitted === undefined) continue;
    await colmap(
      ["model_converter", "--input_path", aligned, "--output_path", aligned, "--output_type", "TXT"],
      signal,
    );
    models.push(await readFile(join(aligned, "images.txt"), "utf8"));
  }
  return models;
}

/** What a command says; undefined where it ends with an error, as those do that find nothing: no model, too few places that agree. */
const unlessNothing = (said: Promise<string>): Promise<string | undefined> =>
  said.catch((e) => {
    if (e instanceof GeodriftError && e.code === "data") return undefined;
    throw e;
  });
