import { answerOf, client } from "./client.js";
import { type PageEngine, queryOf } from "./engine.js";
import { asEvents, followAnswer } from "./events.js";
import { serverFetches } from "./server-fetches.js";
import { serverImages } from "./server-images.js";
import { serverLifts } from "./server-lifts.js";

/**
 * The server that the page comes from.
 * @throws LostError if there is none
 */
export async function serverEngine(): Promise<PageEngine> {
  const { library, detail, fetches } = await answerOf(client.api.health.$get());
  return {
    library,
    ...(detail && { detail: "map/detail.pmtiles" }),
    priors: true,
    ...(fetches && { fetches: serverFetches }),
    images: serverImages,
    lifts: serverLifts,
    models: () => answerOf(client.api.models.$get()),
    locate: (picture, settings, call) => {
      const query = { ...queryOf(settings), fine: "true" as const, name: picture.name };
      const init = { body: picture, signal: call.signal };
      return followAnswer(client.api.locate.$post({ query }, { headers: asEvents, init }), call);
    },
    evidence: async (picture, settings, { remarks, withPicture }) => {
      const besides = { remarks: remarks.join("\n"), picture: withPicture ? "true" : "false" } as const;
      const query = { ...queryOf(settings), name: picture.name, ...besides };
      return (await client.api.evidence.$post({ query }, { init: { body: picture } })).blob();
    },
  };
}
