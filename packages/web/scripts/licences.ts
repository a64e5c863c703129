import type { Plugin } from "vite";
import { licencesOf } from "../../geodrift/scripts/licences.js";

/** `LICENCES.txt` beside the page: the licences of what is bundled into it and its threads. */
export function licences(): { page: Plugin; threads: Plugin } {
  const modules = new Set<string>();
  const gather = (bundle: Record<string, { type: string; moduleIds?: readonly string[] }>) => {
    for (const { moduleIds = [] } of Object.values(bundle)) for (const id of moduleIds) modules.add(id);
  };
  return {
    // Threads are bundled before the page, each by itself.
    threads: { name: "licences-of-threads", apply: "build", generateBundle: (_, bundle) => gather(bundle) },
    page: {
      name: "licences",
      apply: "build",
      generateBundle(_, bundle) {
        gather(bundle);
        this.emitFile({ type: "asset", fileName: "LICENCES.txt", source: licencesOf(modules) });
      },
    },
  };
}
