import { type Command, Option } from "commander";
import { exportToOnnx, exportToPlonk } from "../models/export.js";
import { checkModelName } from "../models/load.js";
import { wholeNumber } from "./options.js";

interface Flags {
  out: string;
  format: "onnx" | "plonk";
  encoder?: string;
  samples: number;
  pictures: number;
}

/** `geodrift export`. */
export function define(command: Command): void {
  command
    .argument("<model>", "model by name, folder or file")
    .requiredOption("-o, --out <folder>", "folder for the files")
    .addOption(
      new Option("--format <format>", "encoder, velocity and one step as ONNX; or config.json and model.safetensors")
        .choices(["onnx", "plonk"])
        .default("onnx"),
    )
    .option("--encoder <name|folder|file>", "encoder in place of the model's own")
    .option("--samples <n>", "places that the ONNX files take at once", wholeNumber(1, 100_000), 256)
    .option("--pictures <n>", "pictures that the encoder's ONNX file takes at once", wholeNumber(1, 256), 1)
    .action(async (model: string, { out, format, ...options }: Flags) => {
      checkModelName(model);
      const files = format === "onnx" ? await exportToOnnx(model, out, options) : await exportToPlonk(model, out);
      process.stdout.write(`${out}: ${files.join(", ")}\n`);
    });
}
