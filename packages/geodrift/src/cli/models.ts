import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import type { Command } from "commander";
import { readJsonFile } from "../files/json-file.js";
import { cacheRoot } from "../hub/cache-root.js";
import { folderInCache, pulledOf } from "../models/cache.js";
import { embeddedFolder, embeddedImageModels, embeddedModels, embeddedScorers } from "../models/embedded.js";
import { encoderRegistry } from "../models/encoder-registry.js";
import { checkModelName, modelFolder } from "../models/load.js";
import { modelRegistry, zeroShotModels } from "../models/model-registry.js";
import { pull, wantedBy } from "../models/pull.js";
import { anyDescription } from "../models/schema.js";
import { readTensorHeader, weightsFile } from "../models/tensor-file.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { progress } from "./progress.js";
import { readUserConfig, userConfigFile } from "./user-config.js";

/** `geodrift models`: what there is, what was fetched, what is in it. */
export function define(models: Command): void {
  models
    .command("list", { isDefault: true })
    .description("models and encoders that are known by name")
    .option("--json", "one JSON object per line")
    .action(list);
  models
    .command("pull")
    .description("fetch models, with their encoders, once; goes on where it was interrupted")
    .argument("<name...>", "models or encoders")
    .option("--revision <revision>", "branch, tag or commit of the repository")
    .option("--accept-licence", "agree to licences that ask for it")
    .action(pullAll);
  models
    .command("inspect")
    .description("what a model, an encoder or a file of weights holds")
    .argument("<model>", "a name, a folder, or a .safetensors file")
    .option("--json", "as one JSON object")
    .action(inspect);
  for (const command of models.commands) command.exitOverride().showSuggestionAfterError();
}

const kinds = ["model", "image model", "judge", "encoder"] as const;

interface Row {
  name: string;
  kind: (typeof kinds)[number];
  licence: string;
  here: boolean;
  description: string;
}

async function rows(): Promise<Row[]> {
  const of = (kind: Row["kind"], names: readonly string[]) =>
    names.map(async (name): Promise<Row> => {
      const { licence, description } = await readJsonFile(join(embeddedFolder(name), "model.json"), anyDescription);
      return { name, kind, licence: licence.split(";")[0], here: true, description };
    });
  const embedded = [
    ...of("model", embeddedModels),
    ...of("image model", embeddedImageModels),
    ...of("judge", embeddedScorers),
  ];
  const published = [
    ...Object.entries(modelRegistry).map(([name, { description }]) => ({
      name,
      kind: "model" as const,
      description: description.description,
    })),
    ...Object.entries(zeroShotModels).map(([name, { description }]) => ({ name, kind: "model" as const, description })),
    ...Object.entries(encoderRegistry).map(([name, { description }]) => ({
      name,
      kind: "encoder" as const,
      description,
    })),
  ].map(({ name, kind, description }): Row => {
    // A model is of no use without its encoder.
    const parts = wantedBy(name);
    const licences = new Set(parts.map(([, { licence }]) => licence.name));
    const here = [name, ...parts.map(([part]) => part)].every((part) => pulledOf(part) !== undefined);
    return { name, kind, licence: [...licences].join(", "), here, description };
  });
  return [...(await Promise.all(embedded)), ...published];
}

async function list({ json }: { json?: boolean }): Promise<void> {
  const all = await rows();
  if (json) {
    for (const row of all) process.stdout.write(`${JSON.stringify(row)}\n`);
    return;
  }
  const { default: chosen = "earth" } = await readUserConfig();
  const width = (key: "name" | "licence") => Math.max(...all.map((r) => r[key].length));
  for (const kind of kinds) {
    process.stdout.write(`${kind}s\n`);
    for (const r of all.filter((row) => row.kind === kind)) {
      const mark = r.here ? "✓" : " ";
      const chosenOne = r.name === chosen ? " (default)" : "";
      process.stdout.write(
        `  ${mark} ${r.name.padEnd(width("name"))}  ${r.licence.padEnd(width("licence"))}  ${r.description}${chosenOne}\n`,
      );
    }
  }
  process.stdout.write(`✓ is here; the others: geodrift models pull NAME\n`);
  process.stdout.write(`cache: ${cacheRoot()}\nsettings: ${userConfigFile()}\n`);
}

async function pullAll(names: string[], flags: { revision?: string; acceptLicence?: boolean }): Promise<void> {
  for (const name of names) wantedBy(name);
  for (const name of names) {
    let bar = progress(1);
    try {
      await pull(name, {
        ...flags,
        token: process.env.HF_TOKEN,
        runtime: await onnxRuntime(),
        onFetch(own, { repository, licence }, bytes) {
          bar.stop();
          process.stderr.write(`${own}: ${megabytes(bytes)} from ${repository}, licence ${licence.name}\n`);
          bar = progress(bytes);
        },
        onWait: (own) => process.stderr.write(`${own}: another process is fetching it; waiting\n`),
        onBytes: (count) => bar.advance(count),
        onPrompts(done, of) {
          if (done % 1024 === 0 || done === of) process.stderr.write(`${name}: ${done} of ${of} prompts read\n`);
        },
      });
    } finally {
      bar.stop();
    }
    process.stderr.write(`${name} is in ${folderInCache(name)}\n`);
  }
}

const megabytes = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;

async function inspect(text: string, { json }: { json?: boolean }): Promise<void> {
  const encoder = encoderRegistry[text];
  const other = [...embeddedImageModels, ...embeddedScorers].includes(text);
  if (!encoder && !other) checkModelName(text);
  const folder = encoder ? folderInCache(text) : other ? embeddedFolder(text) : modelFolder(text);
  const described = encoder ? { ...encoder.config, description: encoder.description } : await description(text, folder);
  const source = pulledOf(text);
  const files = await weights(folder, text);
  if (json) {
    process.stdout.write(`${JSON.stringify({ name: text, folder, ...described, source, files })}\n`);
    return;
  }
  const print = (value: unknown, indent = ""): void => {
    for (const [key, inner] of Object.entries(value as Record<string, unknown>)) {
      if (inner === undefined) continue;
      const nested = typeof inner === "object" && inner !== null && Object.keys(inner).length > 0;
      process.stdout.write(`${indent}${key}: ${nested ? "" : inner}\n`);
      if (nested) print(inner, `${indent}  `);
    }
  };
  print({ folder, ...described, source });
  for (const { file, parameters, tensors } of files) {
    process.stdout.write(`${file}: ${tensors.length} tensors, ${parameters.toLocaleString("en")} numbers\n`);
    for (const { name, dtype, shape } of tensors) process.stdout.write(`  ${name} ${dtype} [${shape}]\n`);
  }
}

/** What a model says of itself; nothing of a bare file, or of a folder of the released layout. */
async function description(text: string, folder: string): Promise<object> {
  const known = modelRegistry[text];
  if (known) return { ...known.description, guidance: known.guidance };
  const file = join(folder, "model.json");
  return statSync(folder).isDirectory() && existsSync(file) ? readJsonFile(file, anyDescription) : {};
}

async function weights(folder: string, text: string) {
  if (!existsSync(folder))
    throw new GeodriftError("model", `${text} has not been fetched yet: "geodrift models pull ${text}" does it`);
  const main = await weightsFile(folder);
  if (!/\.(safetensors|json)$/.test(main))
    throw new GeodriftError("model", `${main}: is neither a model's folder nor a .safetensors file`);
  const encoder = join(folder, "encoder.safetensors");
  const files = [main, ...(existsSync(encoder) ? [encoder] : [])].filter((f) => f.endsWith(".safetensors"));
  return Promise.all(
    files.map(async (file) => {
      const { entries } = await readTensorHeader(file);
      const tensors = entries.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
      const parameters = tensors.reduce((sum, t) => sum + t.shape.reduce((a, b) => a * b, 1), 0);
      return { file, parameters, tensors };
    }),
  );
}
