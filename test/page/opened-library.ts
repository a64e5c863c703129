/** The page's state of an archive, in Node, in front of a server with five made-up pictures. */
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { LocalLibrary, listed, overviewOf, pageGlobals } from "./local-library.js";

/** What is opened and closed. */
interface Openable {
  open(): Promise<void>;
  close(): void;
}

/**
 * Starts the server before the tests of a file, and ends it after them; before each it is as it was.
 * @param load loads the page's module, once there is a server where it believes the page to be
 * @returns the server, and what opens the archive, which is closed after each test
 */
export function openedLibrary<L extends Openable>(
  load: () => Promise<{ LibraryState: new () => L }>,
): { there: LocalLibrary; open: () => Promise<L> } {
  const there = new LocalLibrary();
  let opened: L[] = [];
  beforeAll(async () => {
    await there.server.start();
    for (const [name, value] of Object.entries(pageGlobals(there.server.url, () => {}))) vi.stubGlobal(name, value);
  });
  afterAll(async () => {
    await there.server.stop();
    // What was still under way ends first: it asks for what a browser has.
    await new Promise((resolve) => setTimeout(resolve, 50));
    vi.unstubAllGlobals();
  });
  beforeEach(() => {
    const pictures = [1, 2, 3, 4, 5].map((id) => listed(id));
    Object.assign(there, { pictures, overview: overviewOf(), routes: {}, pageSize: 10 });
    there.server.asked = [];
  });
  afterEach(() => {
    for (const library of opened) library.close();
    opened = [];
  });
  return {
    there,
    async open() {
      const { LibraryState } = await load();
      const library = new LibraryState();
      opened.push(library);
      await library.open();
      return library;
    },
  };
}
