/** Who may ask: this machine's own pages and programs, whoever has the server's token, and people whom its archive knows. */
import { randomUUID, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { hostname } from "node:os";
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { anybody, type Person, type Role, roles } from "../library/people.js";
import { refused } from "./failure.js";
import type { ServerEnv } from "./router.js";

/** Whom the server answers. */
export interface GuardOptions {
  /** The address that is listened on. */
  host: string;
  /** Another name that it is asked under, as by a proxy in front of it. */
  name?: string;
  /** Without one, whoever reaches the address may ask. */
  token?: string;
  /** Opens the page once in place of the token, which has no business in the arguments of a browser. */
  entrance?: string;
  /** People whom the archive knows. While it knows any, nobody else may ask. */
  people?: {
    any(): Promise<boolean>;
    /** Whoever has this token; undefined if nobody does. */
    whose(token: Uint8Array): Promise<Person | undefined>;
  };
}

const loopbackNames = ["localhost", "127.0.0.1", "::1"];

/** Is it an address that other machines cannot reach? */
export const isLoopback = (host: string): boolean =>
  loopbackNames.includes(host) || (isIP(host) === 4 && host.startsWith("127."));

/** Is the machine asked under a name of its own, and not, through a proxy, under another? */
export const askedHere = (host: string, header: string | undefined): boolean =>
  isLoopback(host) && header !== undefined && isLoopback(nameOf(header));

/** `[::1]:8080` → `::1`. */
const nameOf = (hostHeader: string): string => hostHeader.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");

/**
 * A page of another site may point a name of its own at this machine (DNS rebinding), and is then asked under that name: so
 * only names that no stranger can own are answered.
 */
function hostAllowed(header: string | undefined, { host, name: other }: GuardOptions): boolean {
  if (header === undefined) return false;
  const name = nameOf(header).toLowerCase();
  if (name === other?.toLowerCase()) return true;
  if (isLoopback(host)) return isLoopback(name);
  return (
    isIP(name) !== 0 || loopbackNames.includes(name) || [host, hostname()].some((own) => own.toLowerCase() === name)
  );
}

/** Requests that a page of another site makes carry its origin, or say that they cross sites. */
function originAllowed(headers: Headers, navigation: boolean): boolean {
  const origin = headers.get("origin");
  if (origin !== null) return [`http://${headers.get("host")}`, `https://${headers.get("host")}`].includes(origin);
  const site = headers.get("sec-fetch-site");
  return site === null || site === "same-origin" || site === "none" || navigation;
}

const tokenCookie = "geodrift-token";

/** @param encoding of what was given: the bytes of a header are handed over as Latin-1, whatever they are */
function isToken(given: string | undefined, token: string, encoding: "utf8" | "latin1" = "utf8"): boolean {
  const [a, b] = [Buffer.from(given ?? "", encoding), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const noToken = {
  error: "this server asks for its token: Authorization: Bearer TOKEN, or /?token=TOKEN in a browser",
  code: "unauthorized",
};

/**
 * Checks host, origin and token (bearer, RFC 6750, or cookie) of every request: 421, 403 or 401 where they do not fit. Says who asks.
 */
export const guard = (options: GuardOptions): MiddlewareHandler<ServerEnv> => {
  let { entrance } = options;
  const { people } = options;
  // Where only people's tokens are asked for, whoever has started the server has come by the entrance.
  const token = options.token ?? randomUUID();
  const whose = async (given: string | undefined, encoding: "utf8" | "latin1" = "utf8") => {
    if (given === undefined) return undefined;
    return isToken(given, token, encoding) ? anybody : people?.whose(Buffer.from(given, encoding));
  };
  return async (c, next) => {
    const { headers } = c.req.raw;
    if (!hostAllowed(headers.get("host") ?? undefined, options))
      return c.json(
        { error: `this server does not answer under the name "${headers.get("host") ?? ""}"`, code: "host" },
        421,
      );
    const api = c.req.path.startsWith("/api/");
    // Following a link from elsewhere to the page is no harm.
    const navigation = !api && c.req.method === "GET" && headers.get("sec-fetch-mode") === "navigate";
    if (!originAllowed(headers, navigation)) throw refused(403, "requests from pages of other sites are not answered");
    const isClosed = async () => options.token !== undefined || Boolean(await people?.any());
    const closed = await isClosed();
    const query = c.req.query("token");
    const once = entrance !== undefined && isToken(c.req.query("enter"), entrance);
    if (closed && !api && (once || (await whose(query)))) {
      if (once) entrance = undefined;
      const cookie = once ? token : (query ?? "");
      setCookie(c, tokenCookie, cookie, { httpOnly: true, sameSite: "Strict", path: "/" });
      // A path that begins with two slashes would be another server's address.
      return c.redirect(c.req.path.replace(/^\/+/, "/"));
    }
    // By hand: hono's bearer-auth takes no token with a space in it, which people have chosen.
    const bearer = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "")?.[1];
    const asking = async () => (await whose(bearer, "latin1")) ?? (await whose(bearer ?? getCookie(c, tokenCookie)));
    const person = closed ? await asking() : anybody;
    if (!person) return c.json(noToken, 401);
    c.set("mayStill", async () => !(await isClosed()) || (await asking()) !== undefined);
    c.set("person", person);
    return next();
  };
};

/** For routes that not everybody may use: 403 for whoever may do less than a role does. */
export const needs =
  (role: Role): MiddlewareHandler<ServerEnv> =>
  (c, next) => {
    const { person } = c.var;
    if (roles.indexOf(person.role) < roles.indexOf(role))
      throw refused(403, `this is for ${role}s, and ${person.name} is a ${person.role}`);
    return next();
  };
