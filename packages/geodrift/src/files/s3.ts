/** Objects of S3, and of what speaks its language, as files under a prefix. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { GeodriftError } from "@geodrift/core/errors";
import { AwsClient } from "aws4fetch";
import { walkXml } from "./walk-xml.js";

/** Is it an address in S3? */
export const isS3 = (name: string): boolean => name.startsWith("s3://");

/** An object under a prefix. */
export interface S3Object {
  /** Its key behind the prefix. */
  name: string;
  /** Bytes. */
  size: number;
}

/** How often something is tried that fails on the way, and how long the first pause is, milliseconds; each is twice as long as the one before. */
const [tries, pauseMs] = [5, 200];

/** What another try may mend: servers that are busy, or broken for a moment. */
const passing: readonly number[] = [408, 429, 500, 502, 503, 504];

/** A prefix of a bucket. */
export class S3Prefix {
  private constructor(
    /** As it was named, without a slash at the end. */
    readonly name: string,
    private readonly client: AwsClient,
    private readonly bucket: string,
    private readonly prefix: string,
  ) {}

  /**
   * Opens a prefix. Nothing is asked yet. Keys, region and server are those of `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`,
   * `AWS_REGION` and `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`.
   * @param url `s3://bucket/prefix`
   * @throws GeodriftError `option` for an address without a bucket, or without keys in the environment
   */
  static open(url: string): S3Prefix {
    const [, bucket, path = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(url) ?? [];
    if (!bucket) throw new GeodriftError("option", `${url}: an address in S3 is s3://BUCKET/PREFIX`);
    const { env } = process;
    const [accessKeyId, secretAccessKey] = [env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY];
    if (!accessKeyId || !secretAccessKey)
      throw new GeodriftError(
        "option",
        `${url}: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are needed, which say who asks`,
      );
    const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || "us-east-1";
    const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || `https://s3.${region}.amazonaws.com`;
    const sessionToken = env.AWS_SESSION_TOKEN || undefined;
    const client = new AwsClient({ accessKeyId, secretAccessKey, sessionToken, region, service: "s3", retries: 0 });
    const prefix = path.replace(/\/+$/, "");
    const name = `s3://${bucket}${prefix && `/${prefix}`}`;
    return new S3Prefix(name, client, `${endpoint.replace(/\/+$/, "")}/${bucket}`, prefix && `${prefix}/`);
  }

  /** All objects under the prefix, in the order of their keys' bytes; ever the same, as long as none comes or goes. */
  async *objects(): AsyncGenerator<S3Object> {
    for (let token: string | undefined = ""; token !== undefined; ) {
      const query = new URLSearchParams({ "list-type": "2", prefix: this.prefix, "max-keys": "1000" });
      if (token) query.set("continuation-token", token);
      // Read whole before the next is asked for: what is slow with an object holds no listing open.
      const text = await this.asked("", `${this.bucket}?${query}`, {}, (answer) => answer.text());
      const page = pageOf(text ?? "", `${this.name}: S3 lists what is not understood`);
      for (const { name: key, size } of page.objects) {
        const name = key.slice(this.prefix.length);
        if (name !== "" && !name.endsWith("/")) yield { name, size };
      }
      token = page.next;
    }
  }

  /** All of an object; undefined if there is none. */
  read(name: string): Promise<Uint8Array | undefined> {
    return this.asked(name, this.urlOf(name), {}, async (answer) => new Uint8Array(await answer.arrayBuffer()));
  }

  /** Is there such an object? */
  async has(name: string): Promise<boolean> {
    return (await this.asked(name, this.urlOf(name), { method: "HEAD" }, async () => true)) === true;
  }

  /**
   * Reads an object through, into a file if one is named.
   * @returns SHA-256 of its bytes, hexadecimal; undefined if there is none
   */
  hash(name: string, into?: string): Promise<string | undefined> {
    return this.asked(name, this.urlOf(name), {}, async ({ body }) => {
      const hash = createHash("sha256");
      async function* hashed(bytes: AsyncIterable<Uint8Array>) {
        for await (const chunk of bytes) {
          hash.update(chunk);
          yield chunk;
        }
      }
      const nowhere = new Writable({ write: (_, __, done) => done() });
      const bytes = body ? Readable.fromWeb(body as never) : Readable.from([]);
      await pipeline(bytes, hashed, into === undefined ? nowhere : createWriteStream(into));
      return hash.digest("hex");
    });
  }

  /** Puts a file in the place of an object: whole, or not at all. */
  async put(name: string, file: string): Promise<void> {
    const { size } = await stat(file);
    const put = async () => {
      const body = Readable.toWeb(createReadStream(file)) as never;
      return { method: "PUT", body, duplex: "half", headers: { "content-length": String(size) } } as RequestInit;
    };
    if ((await this.asked(name, this.urlOf(name), put, async () => true)) === undefined)
      throw new GeodriftError("network", `${this.name}/${name}: S3 refuses it (404)`);
  }

  private urlOf(name: string): string {
    return `${this.bucket}/${(this.prefix + name).split("/").map(encodeURIComponent).join("/")}`;
  }

  /**
   * Asks, and again where that may help.
   * @param init of the request; made anew for each try, where its body can be sent once alone
   * @returns what is made of the answer; undefined where there is no such object
   */
  private async asked<T>(
    name: string,
    url: string,
    init: RequestInit | (() => Promise<RequestInit>),
    work: (answer: Response) => Promise<T>,
  ): Promise<T | undefined> {
    const subject = `${this.name}${name && `/${name}`}`;
    for (let failed = 1; ; failed++) {
      let why: string;
      try {
        const answer = await this.client.fetch(url, typeof init === "function" ? await init() : init);
        if (answer.ok) return await work(answer);
        // Of a HEAD there is no body to say which.
        const said = await answer.text();
        const code = /<Code>(\w+)<\/Code>/.exec(said)?.[1];
        if (answer.status === 404 && name !== "" && code !== "NoSuchBucket") return undefined;
        why = code ?? `status ${answer.status}`;
        if (!passing.includes(answer.status)) throw new GeodriftError("network", `${subject}: S3 refuses (${why})`);
      } catch (e) {
        // A mistake, a full disk, or what another try does not mend.
        const { cause } = e as Error & { cause?: { code?: string; message?: string } };
        if (e instanceof GeodriftError || !(e instanceof TypeError && cause)) throw e;
        why = cause.code ?? cause.message ?? "";
      }
      if (failed === tries) throw new GeodriftError("network", `${subject}: S3 does not answer (${why})`);
      await delay(pauseMs * 2 ** (failed - 1));
    }
  }
}

/** A page of a listing (ListObjectsV2), and by what the next one is asked for. */
function pageOf(text: string, subject: string): { objects: S3Object[]; next: string | undefined } {
  const objects: S3Object[] = [];
  let [key, size, next, truncated]: [string, number, string | undefined, boolean] = ["", 0, undefined, false];
  const closed: Record<string, (text: string) => void> = {
    Key: (said) => {
      key = said;
    },
    Size: (said) => {
      size = Number(said);
    },
    Contents: () => objects.push({ name: key, size }),
    NextContinuationToken: (said) => {
      next = said;
    },
    IsTruncated: (said) => {
      truncated = said === "true";
    },
  };
  const close = ({ name }: { name: string }, said: string) => {
    if (Object.hasOwn(closed, name)) closed[name](said);
  };
  walkXml(text, { open: () => {}, close }, (said) => `${subject} (${said})`);
  return { objects, next: truncated ? next : undefined };
}
