/** A TLS proxy between kro and the API server that applies a script's fault to each request, and records the request. */
import { makeCertificates } from "../../support/controlplane/certificates.ts";
import { type Entry, type Fault, type Script, type Seen, statusText } from "./fault.ts";
import { Relay } from "./relay.ts";
import { isWrite, targetOf } from "./target.ts";
import { OpenWatch, type WatchMode } from "./watches.ts";
import { sleep } from "../../support/wait.ts";

/** URL and certificate authority of the API server. */
export interface Upstream {
  /** URL. */
  server: string;
  /** PEM. */
  ca: string;
}

/** A proxy that applies its script to requests and records them; HTTP/1.1 or HTTP/2, negotiated by ALPN. */
export class FaultProxy implements AsyncDisposable {
  /** The authority of the proxy's own certificate, PEM. */
  readonly ca: string;
  /** Returns the faults of requests; may be replaced at any time. */
  script: Script = () => undefined;
  /** Mode of watches that open later. */
  watchMode: WatchMode = "pass";
  /** All requests in order of arrival; the owner may empty it. */
  record: Entry[] = [];
  /** Open watches. */
  readonly watches = new Set<OpenWatch>();
  readonly #upstream: Upstream;
  readonly #client: Deno.HttpClient;
  readonly #doors = new Map<string, Relay>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #stopped = Promise.withResolvers<void>();
  /** The first responses to lists of whole kinds. */
  readonly #lists = new Map<string, string>();
  #number = 0;
  #order = 0;

  private constructor(upstream: Upstream, certificates: { ca: string; cert: string; key: string }) {
    const { ca, cert, key } = certificates;
    this.ca = ca;
    this.#upstream = upstream;
    // Each request has its own connection, so that requests do not wait for each other.
    this.#client = Deno.createHttpClient({ caCerts: [upstream.ca], http2: false });
    this.#server = Deno.serve(
      // The HTTP server reports each stream that a fault breaks as an error.
      { hostname: "127.0.0.1", port: 0, cert, key, onListen: () => {}, onError: () => broken() },
      (request, { remoteAddr }) => this.#handle(request, remoteAddr.port),
    );
  }

  /** Starts a proxy in front of that API server. */
  static async start(upstream: Upstream): Promise<FaultProxy> {
    const { ca, certificate: cert, key } = await makeCertificates();
    return new FaultProxy(upstream, { ca, cert, key });
  }

  /** The port of a client, opened at the first call. */
  async door(client: string): Promise<Relay> {
    const door = this.#doors.get(client) ?? await Relay.open(client, this.#server.addr.port);
    this.#doors.set(client, door);
    return door;
  }

  /** The URL of a client's port. */
  async url(client: string): Promise<string> {
    return `https://127.0.0.1:${(await this.door(client)).port}`;
  }

  /** Closes all ports and connections. */
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

  /** The server's response. The proxy reads it even if the client is gone, because the server executes the request anyway. */
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
    // Only scripts cause faults: a read that fails on a kept-alive connection is sent again.
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

/** Whether a list has neither selectors nor a continue token. */
function isWhole(path: string): boolean {
  return !/[?&](continue|labelSelector|fieldSelector)=/.test(path);
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list */
function mayBeOlder(url: URL): boolean {
  return url.searchParams.get("resourceVersion") === "0" && isWhole(url.search);
}

/** Asks for an uncompressed response; otherwise the server compresses streams. */
const HEADERS = { "content-type": "application/json", "cache-control": "no-cache, no-transform" };

function answerHeaders(response: Response): Headers {
  const headers = new Headers(HEADERS);
  for (const name of ["content-type", "retry-after", "warning"]) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}

/** A broken response: on HTTP/2 the stream is reset, on HTTP/1.1 the connection is closed. */
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
