/** What is said of models that can be fetched. */
import { z } from "zod";

/** What would be fetched for a model. */
export const modelOffer = z
  .object({
    id: z.string(),
    description: z.string(),
    parts: z
      .array(
        z.object({
          name: z.string(),
          repository: z.string(),
          licence: z.string(),
          nonCommercial: z.boolean().describe("asks for consent"),
          bytes: z.number(),
        }),
      )
      .describe("the model and its encoder, those that are not here yet"),
  })
  .meta({ id: "ModelOffer" });

/** Consent to the licences that ask for it. */
export const fetchBody = z.strictObject({ acceptLicence: z.boolean().default(false) });

/** How far it is, all parts together. */
export const fetchStep = z.object({ bytes: z.number(), of: z.number() });

/** The name of a model, in the path. */
export const modelParams = z.object({ id: z.string().max(100) });
