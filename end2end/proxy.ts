import { once } from "node:events";
import { createServer, request as forward, type IncomingMessage, type Server as HttpServer, type ServerResponse } from "node:http";

/** What happens to one PUT of a part. */
export type Fault =
  /** The store never sees it. */
  | { status: number }
  /** The connection breaks after half of the part; `arrived`: after all of it, before the answer. */
  | { reset: true; arrived?: boolean }
  /** One bit arrives wrong. */
  | { garble: true }
  /** Nothing is ever heard of it. */
  | { stall: true };

/**
 * A bad network in front of the store. Browsers are sent here by `storage.public_url`; what it lets through goes to the
 * server as it came.
 */
export class Proxy {
  /** Faults of each part's first, second … attempt. */
  faults = new Map<number, Fault[]>();
  /** Every PUT of a part that came, by number, in order. */
  puts: number[] = [];
  /** Nothing reaches the store at all. */
  isDown = false;
  private target = 0;
  private held: (() => void)[] = [];
  /** From how many parts on everything waits. */
  private holdsAfter = Infinity;

  private constructor(private readonly http: HttpServer) {
    http.on("request", (request, response) => {
      this.pass(request, response).catch(() => request.socket?.destroy());
    });
  }

  static async start(): Promise<Proxy> {
    const http = createServer();
    const proxy = new Proxy(http);
    await once(http.listen(0, "127.0.0.1"), "listening");
    return proxy;
  }

  get url(): string {
    const address = this.http.address();
    return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  }

  /** Where the server listens. */
  to(url: string): void {
    this.target = Number(new URL(url).port);
  }

  /** Parts wait here until they are let go; so many more may pass before. */
  hold(after = 0): void {
    this.holdsAfter = this.puts.length + after;
  }

  letGo(): void {
    this.holdsAfter = Infinity;
    for (const go of this.held.splice(0)) go();
  }

  /** How many parts wait. */
  get waiting(): number {
    return this.held.length;
  }

  reset(): void {
    this.letGo();
    this.faults.clear();
    this.puts = [];
    this.isDown = false;
  }

  async close(): Promise<void> {
    this.letGo();
    this.http.closeAllConnections();
    await new Promise((closed) => this.http.close(closed));
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.isDown) {
      request.socket?.destroy();
      return;
    }
    const number = Number(new URL(request.url ?? "", "http://x").searchParams.get("partNumber"));
    let fault: Fault | undefined;
    if (request.method === "PUT" && number) {
      const isHeld = this.puts.push(number) > this.holdsAfter;
      fault = this.faults.get(number)?.shift();
      if (isHeld) await new Promise<void>((go) => this.held.push(go));
    }
    if (fault && "status" in fault) {
      request.resume();
      await once(request, "end");
      response.writeHead(fault.status, { "access-control-allow-origin": "*" }).end();
      return;
    }
    if (fault && "stall" in fault) return;
    const onward = forward({
      host: "127.0.0.1",
      port: this.target,
      method: request.method,
      path: request.url,
      headers: request.headers,
      // The signature is over the name by which the browser came.
      setHost: false,
    });
    const broken = () => request.socket?.destroy();
    onward.on("error", broken);
    onward.on("response", (answer) => {
      if (fault && "reset" in fault) {
        broken();
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.on("error", () => onward.destroy());
    response.on("close", () => onward.destroy());
    let seen = 0;
    const half = Number(request.headers["content-length"] ?? 0) / 2;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      seen += chunk.length;
      if (fault && "garble" in fault && seen === chunk.length) chunk[0] ^= 1;
      if (fault && "reset" in fault && !fault.arrived && seen > half) {
        onward.destroy();
        broken();
        return;
      }
      if (!onward.write(chunk)) await once(onward, "drain");
    }
    onward.end();
  }
}
