import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { archive, idsOf, inOrder, png } from "../../../../test/library/archive.js";
import { aloneIfFree } from "../files/alone.js";
import { sha256Of } from "../files/hash.js";
import { decide } from "./decisions.js";
import type { Library } from "./library.js";
import { openLibrary } from "./open-library.js";
import { overview } from "./pictures.js";
import { scanFolder } from "./scan.js";
import { SqliteDatabase } from "./store/sqlite.js";

const { folder } = archive();
const picture = await png(1);
const [before, after, theirs] = ["what was there", "what is written", "what another program wrote"];
type Content = string | null;

/** A library that is opened again after a process has died, or lives, in the middle of a write. */
async function reopened(about: {
  state: "writing" | "undoing";
  there: Content;
  before: Content;
  /** Opens the library again while somebody holds what is locked to write. */
  whileHeld?: (locked: string, open: () => Promise<Library>) => Promise<Library>;
  /** What stands where the archive was mounted: nothing, or an empty folder. */
  away?: "nothing" | "folder";
}) {
  const [own, root] = [folder(), folder({ "a.png": picture })];
  const first = await openLibrary(own, { create: true });
  await scanFolder(first, root);
  const id = (await idsOf(first))["a.png"];
  await decide(first, [id], { kind: "accept", level: "point", pin: { lat: 60.39, lng: 5.32 } });
  const [sidecar, temporary] = [join(root, "a.png.xmp"), join(root, ".a.png.xmp.1.partial")];
  const { writes, decisions, pictures } = first.store;
  const write = await writes.begin({
    ...{ decision: (await decisions.lastOf(id))?.id ?? 0, picture: id, sidecar, temporary },
    ...{ before: about.before === null ? null : Buffer.from(about.before), afterSha256: sha256Of(Buffer.from(after)) },
  });
  if (about.state === "undoing") {
    await writes.finish(write, id);
    await pictures.advance(id, { kind: "sidecar-written" });
    await writes.beginUndo(write);
  }
  await first.close();
  writeFileSync(temporary, "half");
  if (about.there !== null) writeFileSync(sidecar, about.there);
  if (about.away) {
    renameSync(root, `${root}-away`);
    if (about.away === "folder") mkdirSync(root);
    await (await openLibrary(own)).close();
    rmSync(root, { recursive: true, force: true });
    renameSync(`${root}-away`, root);
  }
  const open = () => openLibrary(own);
  const library = about.whileHeld ? await about.whileHeld(join(own, "sidecars"), open) : await open();
  const again = SqliteDatabase.open(join(own, "index.db"));
  const state = (await again.row<{ state: string }>("SELECT state FROM writes WHERE id = ?", write))?.state;
  await again.close();
  const result = {
    write: state,
    picture: (await library.store.pictures.get(id)).state,
    sidecar: existsSync(sidecar) ? readFileSync(sidecar, "utf8") : null,
    temporary: existsSync(temporary),
  };
  const scan = await scanFolder(library, root);
  await library.close();
  rmSync(root, { recursive: true });
  return { ...result, readAgain: scan.read };
}

describe("a write that a dead process was in the middle of", () => {
  it.each<["writing" | "undoing", string, Content, Content, string, string]>([
    ["writing", "nothing, as before", null, null, "failed", "accepted"],
    ["writing", "what was there before", before, before, "failed", "accepted"],
    ["writing", "what is written, where nothing was", after, null, "written", "written"],
    ["writing", "what is written, in place of another", after, before, "written", "written"],
    ["writing", "another program's", theirs, before, "failed", "accepted"],
    ["writing", "nothing any more", null, before, "failed", "accepted"],
    ["undoing", "what is written, where nothing was", after, null, "written", "written"],
    ["undoing", "nothing, as before", null, null, "undone", "accepted"],
    ["undoing", "another program's, where nothing was", theirs, null, "theirs", "written"],
    ["undoing", "nothing any more", null, before, "theirs", "written"],
    ["undoing", "what is written, in place of another", after, before, "written", "written"],
    ["undoing", "what was there before", before, before, "undone", "accepted"],
    ["undoing", "another program's, in place of another", theirs, before, "theirs", "written"],
  ])("(%s) and that has left %s is known for what it is", async (state, _, there, was, write, of) => {
    const found = await reopened({ state, there, before: was });
    // No file is changed but the temporary one, which is taken away.
    expect(found).toMatchObject({ write, picture: of, sidecar: there, temporary: false });
    // The index knows the time of the sidecar where it knows the sidecar.
    if (write === "undone" || (state === "writing" && write === "written")) expect(found.readAgain).toBe(0);
  });
});

describe("a write on a drive that is away when the index opens", () => {
  it.each(["nothing", "folder"] as const)("(%s is there) waits until it is back", async (away) => {
    const found = await reopened({ state: "writing", there: after, before: null, away });
    expect(found).toMatchObject({ write: "written", picture: "written", sidecar: after, temporary: false });
    const undone = await reopened({ state: "undoing", there: after, before: null, away });
    expect(undone).toMatchObject({ write: "written", picture: "written", sidecar: after, temporary: false });
  });
});

/**
 * What a process leaves beside what it has locked.
 * @param began when it did; not told if left out
 */
function lockOf(locked: string, pid: number, began?: string): void {
  mkdirSync(`${locked}.lock`);
  const { ino, birthtimeMs } = statSync(`${locked}.lock`);
  writeFileSync(
    `${locked}.lock.owner`,
    JSON.stringify({ host: hostname(), pid, began, mark: `${ino} ${birthtimeMs}` }),
  );
}

describe("a write of a process that runs", () => {
  const write = { state: "writing", there: after, before: null } as const;
  const left = { write: "writing", picture: "accepted", temporary: true };
  const known = { write: "written", picture: "written", temporary: false };

  it("is left to it: to this one", async () => {
    const whileHeld = async (locked: string, open: () => Promise<Library>) =>
      (await aloneIfFree(locked, open)) as Library;
    expect(await reopened({ ...write, whileHeld })).toMatchObject(left);
  });

  it("is left to it: to another", async () => {
    const whileHeld = (locked: string, open: () => Promise<Library>) => {
      lockOf(locked, process.ppid);
      return open();
    };
    expect(await reopened({ ...write, whileHeld })).toMatchObject(left);
  });

  it.runIf(process.platform === "linux")(
    "is nobody's where the process that had this one's number has died, as in a container that is started again",
    async () => {
      const whileHeld = (locked: string, open: () => Promise<Library>) => {
        lockOf(locked, process.pid, "1");
        return open();
      };
      expect(await reopened({ ...write, whileHeld })).toMatchObject(known);
    },
  );

  it("is put right by whoever writes next, if it has died meanwhile", async () => {
    const whileHeld = async (locked: string, open: () => Promise<Library>) => {
      const library = (await aloneIfFree(locked, open)) as Library;
      await library.inTurn(async () => undefined);
      return library;
    };
    expect(await reopened({ ...write, whileHeld })).toMatchObject(known);
  });
});

it("a write that cannot be put right keeps neither the others nor the library from anything, and is listed", async () => {
  const [own, root] = [folder(), folder({ "a.png": picture, "b.png": picture })];
  const first = await openLibrary(own, { create: true });
  await scanFolder(first, root);
  const ids = await idsOf(first);
  const { writes, decisions } = first.store;
  const begun = await inOrder(["a.png", "b.png"], async (name) => {
    await decide(first, [ids[name]], { kind: "accept", level: "point", pin: { lat: 60.39, lng: 5.32 } });
    const sidecar = join(root, `${name}.xmp`);
    return writes.begin({
      ...{
        decision: (await decisions.lastOf(ids[name]))?.id ?? 0,
        picture: ids[name],
        sidecar,
        temporary: `${sidecar}.partial`,
      },
      ...{ before: null, afterSha256: sha256Of(Buffer.from(after)) },
    });
  });
  await first.close();
  const index = SqliteDatabase.open(join(own, "index.db"));
  // A record that no version wrote: of a picture that there is not.
  await index.run("PRAGMA foreign_keys = OFF");
  await index.run("UPDATE writes SET picture = 99 WHERE id = ?", begun[0]);
  await index.close();
  writeFileSync(join(root, "b.png.xmp"), after);
  const library = await openLibrary(own);
  expect(library.unrecovered).toEqual([
    {
      path: join(root, "a.png.xmp"),
      error: expect.stringMatching(/^whether it was written before a crash cannot be told \(.*99.*\); look at it/),
    },
  ]);
  expect((await overview(library)).unrecovered.length).toBe(1);
  expect((await library.store.pictures.get(ids["b.png"])).state).toBe("written");
  await library.close();
});
