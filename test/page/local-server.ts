/** A server that answers as a test says, for modules of the page that run in Node. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What was asked. */
export interface Asked {
  method: string;
  path: string;
  query: Record<string, string>;
  body: Buffer;
}

/** Answers a request: with JSON if it returns something, otherwise by itself. */
export type Answering = (asked: Asked, response: ServerResponse) => unknown;

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const c of request) chunks.push(c);
  return Buffer.concat(chunks);
};

/** A server on this machine; `answer` may be changed at any time. */
export class LocalServer {
  /** All requests, the first first. */
  asked: Asked[] = [];
  answer: Answering = (_, response) => void response.writeHead(404).end();
  private readonly server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    const asked: Asked = {
      method: request.method ?? "",
      path: pathname,
      query: Object.fromEntries(searchParams),
      body: await bodyOf(request),
    };
    this.asked.push(asked);
    const json = await this.answer(asked, response);
    if (json !== undefined) response.setHeader("content-type", "application/json").end(JSON.stringify(json));
  });

  /** Address, with a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** Begins to listen, on any free port. */
  async start(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
  }

  /** Goes away in the middle of whatever it does. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

/** An event of a stream, as bytes. */
export const sse = (event: string, data: unknown): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
