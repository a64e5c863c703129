/** What is asked of, and answered by, what lifts a landmark into three dimensions. */
import { z } from "zod";
import { liftDefaults } from "../lift/defaults.js";
import { latLng, modelName } from "../locate/contract.js";

const guide = z.number().min(0).max(100);

/** How the server's landmark is lifted. */
export const liftSettings = z.strictObject({
  size: z.int().optional().describe("pixels along a side, and cells across; the smallest if left out"),
  steps: z.int().min(1).max(10_000).default(300).describe("steps, each on four pictures"),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(1),
  guideAngle: guide.default(liftDefaults.guidance.place).describe("strength of the angle"),
  guideWords: guide.default(liftDefaults.guidance.words).describe("strength of the words"),
});

/** A field on its way. */
export const liftStep = z.object({
  step: z.number(),
  steps: z.number(),
  error: z.number().describe("how far its pictures are from what the model says they were, 0…2"),
  png: z.string().optional().describe("what it looks like from its front, base64; of some steps"),
});

/** A field that was made. */
export const lifted = z
  .object({
    id: z.string().describe("of its files, GET /api/lift/{id}/{file}"),
    model: modelName,
    landmark: z.object({ title: z.string(), at: latLng, facing: z.number().optional() }),
    files: z.array(z.string()),
  })
  .meta({ id: "Lifted" });

/** Files of a lift, and what is in them. */
export const liftFiles = {
  "mesh.glb": "model/gltf-binary",
  "field.safetensors": "application/octet-stream",
  "turntable.webp": "image/webp",
  "manifest.json": "application/json",
} as const;
/** The name of one of them. */
export type LiftFile = keyof typeof liftFiles;

/** Which file of which lift. */
export const liftFileParams = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "is from an answer")
    .describe("from the answer that it belongs to"),
  file: z.enum(Object.keys(liftFiles) as [LiftFile, ...LiftFile[]]),
});
