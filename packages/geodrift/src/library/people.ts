/** Who may ask: people with names, each known by a token that is kept as its hash alone. */
import { randomBytes } from "node:crypto";
import { GeodriftError } from "@geodrift/core/errors";
import { sha256Of } from "../files/hash.js";
import type { Library } from "./library.js";
import type { PersonRecord, Role } from "./store/people.js";

export { type PersonRecord, type Role, roles } from "./store/people.js";

/** Who asks: somebody by name, or, where the archive knows nobody, whoever can reach it. */
export interface Person {
  name: string | null;
  role: Role;
}

/** Whoever has an archive to themselves. */
export const anybody: Person = { name: null, role: "owner" };

/**
 * Gives a person a token, which is told once.
 * @returns the token
 * @throws GeodriftError `option` for a name that is none, `conflict` where they have one
 */
export async function addPerson({ store }: Library, name: string, role: Role): Promise<string> {
  if (!/^\P{C}{1,100}$/u.test(name) || name.trim() !== name)
    throw new GeodriftError("option", `a name has 1 to 100 characters that can be seen, got ${JSON.stringify(name)}`);
  const token = randomBytes(24).toString("base64url");
  if (!(await store.people.add(name, role, sha256Of(Buffer.from(token)))))
    throw new GeodriftError("conflict", `${name}: has a token; it is taken away by "geodrift library people revoke"`);
  return token;
}

/**
 * Takes a person's token away, at once and everywhere; what they have said stays theirs.
 * @throws GeodriftError `not-found` where there is nobody of the name who has one
 */
export async function revokePerson({ store }: Library, name: string): Promise<void> {
  if (!(await store.people.revoke(name))) throw new GeodriftError("not-found", `${name}: has no token`);
}

/** Whoever has a token; undefined if nobody does. */
export const personOf = ({ store }: Library, token: Uint8Array): Promise<Person | undefined> =>
  store.people.byToken(sha256Of(token));

/** All who have, or had, a token, by name. */
export const people = ({ store }: Library): Promise<PersonRecord[]> => store.people.all();
