/**
 * A TLS proxy between kro and the API server. A function of the test selects a fault for each request. The
 * proxy applies the fault and records the request.
 */
import { makeCertificates } from "../../support/controlplane/certificates.ts";
import { type Entry, type Fault, type Script, type Seen, statusText } from "./fault.ts";
import { Relay } from "./relay.ts";
import { isWrite, targetOf } from "./target.ts";
import { OpenWatch, type WatchMode } from "./watches.ts";
import { sleep } from "../../support/wait.ts";

/** The API server's URL, and the certificate authority that signed the API server's certificate. */
export interface Upstream {
  /** The API server's URL. */
  server: string;
  /** The certificate authority of the API server, in PEM format. */
  ca: string;
}

/**
 * A proxy in front of the API server that applies faults and records requests. Clients negotiate
 * HTTP/1.1 or HTTP/2 by ALPN.
 */
export class FaultProxy implements AsyncDisposable {
  /** The certificate authority that signed the proxy's own certificate, in PEM format. */
  readonly ca: string;
  /**
   * The function that selects each request's fault; a test may replace the function at any time.
   */
  script: Script = () => undefined;
  /**
   * What the proxy does with the events of watches that are opened from now on. A change of the mode does not
   * affect open watches.
   */
  watchMode: WatchMode = "pass";
  /** The record: all requests in order of arrival. A test may empty the array to save memory. */
  record: Entry[] = [];
  /** The watches through the proxy that are open at present. */
  readonly watches = new Set<OpenWatch>();
  readonly #upstream: Upstream;
  readonly #client: Deno.HttpClient;
  readonly #doors = new Map<string, Relay>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #stopped = Promise.withResolvers<void>();
  /**
   * The first response to each list request for all objects of a kind. The keys are the requests'
   * URL paths. The fault `older` sends this response again.
   */
  readonly #lists = new Map<string, string>();
  #number = 0;
  #order = 0;

  private constructor(upstream: Upstream, certificates: { ca: string; cert: string; key: string }) {
    const { ca, cert, key } = certificates;
    this.ca = ca;
    this.#upstream = upstream;
    // The proxy connects to the API server by HTTP/1.1, which opens a connection for each concurrent request.
    // A slow response then cannot block other requests.
    this.#client = Deno.createHttpClient({ caCerts: [upstream.ca], http2: false });
    this.#server = Deno.serve(
      // A response with the fault `break` consists of a stream that throws an error. Without `onError`,
      // Deno's HTTP server would log this error.
      { hostname: "127.0.0.1", port: 0, cert, key, onListen: () => {}, onError: () => broken() },
      (request, { remoteAddr }) => this.#handle(request, remoteAddr.port),
    );
  }

  /** Starts a fault proxy in front of the API server. */
  static async start(upstream: Upstream): Promise<FaultProxy> {
    const { ca, certificate: cert, key } = await makeCertificates();
    return new FaultProxy(upstream, { ca, cert, key });
  }

  /**
   * Returns the relay for the client with this name. The relay listens on a port to which only this client
   * connects. The first call opens the port.
   */
  async door(client: string): Promise<Relay> {
    const door = this.#doors.get(client) ?? await Relay.open(client, this.#server.addr.port);
    this.#doors.set(client, door);
    return door;
  }

  /** Returns the URL of the port to which the client with this name must connect. */
  async url(client: string): Promise<string> {
    return `https://127.0.0.1:${(await this.door(client)).port}`;
  }

  /** Closes the ports of all clients and all connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.script = () => undefined;
    this.#stopped.resolve();
    for (const watch of this.watches) watch.cut();
    for (const door of this.#doors.values()) await door.close();
    await this.#server.shutdown();
    this.#client.close();
  }

  async #handle(request: Request, port: number): Promise<Response> {
    const began = performance.now();
    const url = new URL(request.url);
    const target = targetOf(request.method, url, request.headers.get("content-type") ?? "");
    const door = [...this.#doors.values()].find((d) => d.connection(port));
    const seen: Seen = {
      ...target,
      number: ++this.#number,
      client: door?.client ?? "",
      agent: request.headers.get("user-agent") ?? "",
      method: request.method,
      authorization: request.headers.get("authorization") ?? "",
      path: url.pathname + url.search,
      body: await request.text(),
      began,
    };
    const fault: Fault = this.script(seen) ?? { name: "pass" };
    const entry: Entry = { ...seen, fault: fault.name };
    this.record.push(entry);
    if (fault.delayMs !== undefined) await this.#until(sleep(fault.delayMs));
    let answer: Response | undefined;
    if (fault.forward !== false) {
      answer = await this.#forward(entry, request.headers).catch(() => undefined);
    }
    if (fault.hold) await this.#until(fault.hold);
    const { instead } = fault;
    if (instead === undefined) return answer ?? broken();
    if (instead === "older") {
      const once = mayBeOlder(url) && answer?.ok && this.#lists.get(url.pathname);
      return once ? new Response(once, { headers: HEADERS }) : answer ?? broken();
    }
    if (answer?.body && target.verb === "watch") await answer.body.cancel();
    if (instead === "reset") {
      door?.connection(port)?.reset();
      return broken();
    }
    if (instead === "break") return broken();
    if ("text" in instead) return new Response(instead.text, { headers: HEADERS });
    if ("bytes" in instead) return answer ? brokenAfter(answer, instead.bytes) : broken();
    return new Response(statusText(instead), {
      status: instead.code,
      headers: {
        ...HEADERS,
        ...(instead.retryAfter !== undefined && { "retry-after": String(instead.retryAfter) }),
      },
    });
  }

  /**
   * Sends the request to the API server, and returns the response. The proxy reads the whole response even if
   * the client has disconnected: the API server executes the request anyway, and the record must contain the
   * result.
   */
  async #forward(entry: Entry, headers: Headers): Promise<Response> {
    const { method, path, body, verb } = entry;
    const sent = new Headers(headers);
    for (const name of ["host", "content-length", "connection", "te"]) sent.delete(name);
    sent.set("accept-encoding", "identity");
    const abort = new AbortController();
    entry.forwarded = performance.now();
    const send = () =>
      fetch(this.#upstream.server + path, {
        method,
        headers: sent,
        body: body === "" ? undefined : body,
        redirect: "manual",
        client: this.#client,
        signal: verb === "watch" ? abort.signal : undefined,
      });
    // Only the function `script` of a test may cause faults. The proxy therefore repeats a GET request that
    // failed because the API server had just closed an idle connection.
    const response = await send().catch((error) => {
      if (method !== "GET") throw error;
      return send();
    });
    entry.status = response.status;
    const given = { status: response.status, headers: answerHeaders(response) };
    if (verb === "watch" && response.ok && response.body) {
      return new Response(this.#watch(entry, response.body, abort), given);
    }
    const text = await response.text();
    if (isWrite(entry)) entry.answer = text;
    const place = path.split("?")[0]!;
    if (verb === "list" && isWhole(path) && !this.#lists.has(place)) this.#lists.set(place, text);
    entry.ended = performance.now();
    entry.order = ++this.#order;
    return new Response(text, given);
  }

  #watch(
    entry: Entry,
    source: ReadableStream<Uint8Array>,
    abort: AbortController,
  ): ReadableStream<Uint8Array> {
    const { group, resource, client } = entry;
    const kind = group ? `${resource}.${group}` : resource;
    const what = entry.path.replace(/[?&](resourceVersion|timeoutSeconds)=[^&]*/g, "");
    const watch = new OpenWatch(
      { kind, what, client, mode: this.watchMode },
      source,
      () => abort.abort(),
    );
    this.watches.add(watch);
    void watch.ended.then(() => {
      this.watches.delete(watch);
      entry.ended = performance.now();
    });
    return watch.body;
  }

  async #until(what: Promise<unknown>): Promise<void> {
    await Promise.race([what, this.#stopped.promise]);
  }
}

/**
 * Whether a list request returns all objects of a kind: its path contains neither a selector nor a
 * continue token.
 */
function isWhole(path: string): boolean {
  return !/[?&](continue|labelSelector|fieldSelector)=/.test(path);
}

/**
 * Whether the API server may answer a request to this URL with an older state, see
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list.
 */
function mayBeOlder(url: URL): boolean {
  return url.searchParams.get("resourceVersion") === "0" && isWhole(url.search);
}

/**
 * `no-transform` keeps Deno's HTTP server from compressing the response, because compression would
 * delay the events of a watch.
 */
const HEADERS = { "content-type": "application/json", "cache-control": "no-cache, no-transform" };

function answerHeaders(response: Response): Headers {
  const headers = new Headers(HEADERS);
  for (const name of ["content-type", "retry-after", "warning"]) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}

/**
 * Returns a response that breaks before its first byte: with HTTP/2, the server resets the stream; with
 * HTTP/1.1, it closes the connection.
 */
function broken(): Response {
  return brokenAfter(undefined, 0);
}

function brokenAfter(answer: Response | undefined, bytes: number): Response {
  const reader = answer?.body?.getReader();
  let left = bytes;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = left > 0 ? await reader?.read() : undefined;
      if (!chunk?.value) {
        void reader?.cancel();
        return controller.error(new Error("broken"));
      }
      controller.enqueue(chunk.value.subarray(0, left));
      left -= chunk.value.length;
    },
  });
  return new Response(body, { status: answer?.status ?? 200, headers: answer?.headers ?? HEADERS });
}
