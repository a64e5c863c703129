import { type ModelEntry, type PageEngine, queryOf } from "./engine.js";
import { followAnswer, request, requestJson } from "./http.js";
import { serverImages } from "./server-images.js";

/** The server that the page comes from. @throws LostError if there is none */
export async function serverEngine(): Promise<PageEngine> {
  const { library, detail } = await requestJson<{ library: boolean; detail: boolean }>("health");
  return {
    library,
    ...(detail && { detail: "map/detail.pmtiles" }),
    priors: true,
    images: serverImages,
    models: () => requestJson<ModelEntry[]>("models"),
    locate: (picture, settings, call) => {
      const query = queryOf(settings);
      query.set("fine", "true");
      query.set("name", picture.name);
      return followAnswer(`locate?${query}`, picture, call);
    },
    evidence: async (picture, settings) => {
      const query = queryOf(settings);
      query.set("name", picture.name);
      return (await request(`evidence?${query}`, { method: "POST", body: picture })).blob();
    },
  };
}
