/**
 * Sends HTTP requests to one API server. The transport limits the number of concurrent requests, the request
 * rate and the time of a request. It adds credentials, obeys Retry-After headers, and creates a new HTTP
 * client after a failed connection.
 */
import { ApiError, shortened } from "../api/mod.ts";
import { LONGEST_OBJECT, LONGEST_PAGE, readBody, TooLongError } from "./body.ts";
import { trustOnlyConfigured, trustSystem } from "./ca.ts";
import { ConfigError, hostOf, refusal, retryAfterOf, unreachable } from "./errors.ts";
import { parsedIfLarge } from "./json_slices.ts";
import { isWrite, type KubeRequest, repeatable, requestText } from "./request.ts";
import { KeyedSemaphore, Semaphore } from "./semaphore.ts";
import { TokenBucket } from "./token_bucket.ts";
import { sleep } from "./timers.ts";
import type { ClusterConfig, ConnectOptions, RequestInfo } from "./types.ts";

/** An open response with a body that is still being received, such as the response to a watch. */
export interface OpenStream {
  /** The bytes of the response body. */
  body: ReadableStream<Uint8Array>;
  /** Closes the connection. */
  close(): void;
}

interface Answer {
  code: number;
  text: string;
  retryAfterSeconds?: number;
}

// The maximum number of concurrent requests. The number is limited because each running request has a
// connection of its own. A request beyond the maximum waits until a running request ends. The time limit of
// the waiting request starts after the wait.
const MAX_IN_FLIGHT = 80;
// The maximum number of concurrent requests to an API group whose name contains a dot. An aggregated API
// server may serve such a group. If the server does not answer, its requests leave connections for other
// groups.
const MAX_IN_FLIGHT_OF_GROUP = 40;
// The time after which an idle connection is closed, in milliseconds. kube-apiserver closes idle
// connections after 90 s. With a shorter time, kro does not send a request on a connection that the API
// server is closing.
const IDLE_MS = 60_000;
const MAX_RETRIES = 5;
const LONGEST_WAIT_SECONDS = 30;

/**
 * Sends requests to one API server. A method resolves when the response has status 2xx. Otherwise the
 * method rejects with ApiError, or with ConfigError when the configuration cannot be used.
 */
export class Transport {
  readonly #config: ClusterConfig;
  readonly #options: ConnectOptions;
  readonly #timeoutMs: number;
  readonly #slots = new Semaphore(MAX_IN_FLIGHT);
  /** The slots of each API group whose name contains a dot. */
  readonly #groupSlots = new KeyedSemaphore(MAX_IN_FLIGHT_OF_GROUP);
  readonly #bucket?: TokenBucket;
  readonly #inFlight = new Set<AbortController>();
  readonly #closed = new AbortController();
  #unary?: { http: Deno.HttpClient } & Pick<ClusterConfig, "ca" | "clientCert">;

  /** Creates a transport. The first connection is opened by the first request. */
  constructor(config: ClusterConfig, options: ConnectOptions) {
    this.#config = config;
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    if (options.qps !== undefined && options.qps > 0) {
      const burst = Math.max(1, options.burst ?? options.qps);
      this.#bucket = new TokenBucket(options.qps, burst, performance.now());
    }
  }

  /** Sends a request, and returns the response body as a string. */
  async send(request: KubeRequest): Promise<string> {
    const answer = await this.#withRetries(request, async (authorization) => {
      const release = await this.#acquireSlot(request);
      try {
        const http = this.#unaryClient();
        return await this.#timed(request, async (signal) => {
          const response = await this.#fetch(request, http, authorization, signal);
          const answer = await toAnswer(request, response);
          this.#options.onBody?.(request.verb, answer.text.length);
          return answer;
        }).catch((error) => {
          if (!isWithheld(error)) this.#discard(http);
          throw error;
        });
      } finally {
        release();
      }
    });
    return answer.text;
  }

  /**
   * Opens a stream on a connection of its own. The connection is closed when the signal aborts. The time
   * limit ends when the response headers arrive, so the stream itself may last longer.
   */
  async open(request: KubeRequest, signal: AbortSignal): Promise<OpenStream> {
    let stream: OpenStream | undefined;
    await this.#withRetries(request, async (authorization) => {
      const http = this.#httpClient();
      const connection = new AbortController();
      const abort = () => connection.abort();
      signal.addEventListener("abort", abort, { once: true });
      const close = () => {
        signal.removeEventListener("abort", abort);
        this.#inFlight.delete(connection);
        connection.abort();
        http.close();
      };
      try {
        if (signal.aborted) connection.abort();
        const answer = await this.#timed(request, async () => {
          const response = await this.#fetch(request, http, authorization, connection.signal);
          if (!response.ok || response.body === null) {
            return await toAnswer(request, response).finally(close);
          }
          stream = { body: response.body, close };
          return { code: response.status, text: "" };
        }, connection);
        if (stream) this.#inFlight.add(connection);
        return answer;
      } catch (error) {
        close();
        throw error;
      }
    }, signal);
    return stream!;
  }

  /** Returns the error for a request or stream whose connection failed, or was closed by {@link close}. */
  broken(request: KubeRequest, error: unknown): Error {
    if (this.#closed.signal.aborted) return closedError(request);
    return unreachable(requestText(request), this.#config, error);
  }

  /** Aborts all requests and closes all connections. */
  close(): void {
    this.#closed.abort();
    for (const controller of this.#inFlight) controller.abort();
    this.#inFlight.clear();
    if (this.#unary) this.#discard(this.#unary.http);
  }

  /**
   * Sends a request, and repeats the request in three cases:
   *
   * - The response has status 429 or 503 and a Retry-After header of at most 30 s: up to five times, after
   *   the requested wait.
   * - The response has status 401: once, with new credentials.
   * - The connection failed and the request is idempotent: once, on a new connection.
   */
  async #withRetries(
    request: KubeRequest,
    send: (authorization: string | undefined) => Promise<Answer>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    let renewed = false;
    let reconnected = false;
    for (let retries = 0;;) {
      await this.#waitForRate(request);
      await this.#config.readCertificates?.();
      const authorization = await this.#config.authorization?.();
      let answer: Answer;
      try {
        answer = await send(authorization);
      } catch (error) {
        const lost = error instanceof ApiError && error.reason === "Unreachable";
        if (!lost || reconnected || !repeatable(request) || this.#closed.signal.aborted) {
          throw error;
        }
        reconnected = true;
        this.#options.onRetry?.(request.verb, 0);
        continue;
      }
      if (answer.code >= 200 && answer.code < 300) return answer;
      if (answer.code === 401 && !renewed && this.#config.forget) {
        renewed = true;
        this.#config.forget();
        this.#options.onRetry?.(request.verb, answer.code);
        continue;
      }
      const wait = answer.retryAfterSeconds;
      const asked = (answer.code === 429 || answer.code === 503) && wait !== undefined;
      if (!asked || retries >= MAX_RETRIES || wait > LONGEST_WAIT_SECONDS) {
        throw await this.#refusal(request, answer);
      }
      retries++;
      this.#options.onRetry?.(request.verb, answer.code);
      const stops = signal ? [this.#closed.signal, signal] : [this.#closed.signal];
      await sleep(wait * 1000, AbortSignal.any(stops));
    }
  }

  /** Waits until the request may be sent. Returns the function that allows the next request to be sent. */
  async #acquireSlot({ path }: KubeRequest): Promise<() => void> {
    const group = /^\/apis\/([^/?]+\.[^/?]+)\//.exec(path)?.[1];
    if (group === undefined) return await this.#slots.acquire();
    // The slot of the group comes first, because a request that waits for it must not hold a common slot.
    const releaseGroup = await this.#groupSlots.acquire(group);
    const release = await this.#slots.acquire();
    return () => {
      release();
      releaseGroup();
    };
  }

  async #refusal(request: KubeRequest, answer: Answer): Promise<ApiError> {
    if (answer.code === 403) request.gate?.forbidden?.(request.resource);
    const { origin, server } = this.#config;
    let text = requestText(request);
    // The cause of a 401 is usually wrong credentials, so the message names the configuration that contains
    // the credentials.
    if (answer.code === 401) text += ` at ${hostOf(server)} with the credentials of ${origin}`;
    const parsed = await parsedIfLarge(answer.text);
    return refusal(text, answer.code, answer.text, answer.retryAfterSeconds, parsed);
  }

  async #waitForRate(request: KubeRequest): Promise<void> {
    const wait = this.#bucket?.reserve(performance.now()) ?? 0;
    if (this.#bucket) this.#options.onWait?.(request.verb, wait / 1000);
    if (wait > 0) await sleep(wait, this.#closed.signal);
    if (this.#closed.signal.aborted) throw closedError(request);
  }

  /**
   * Runs one attempt of a request within the time limit. Failures of the connection are thrown as ApiError.
   */
  async #timed<T>(
    request: KubeRequest,
    run: (signal: AbortSignal) => Promise<T>,
    controller = new AbortController(),
  ): Promise<T> {
    const limit = request.timeoutMs ?? this.#timeoutMs;
    const given = isWrite(request) ? request.gate?.writes : undefined;
    const giveUp = () => controller.abort();
    given?.addEventListener("abort", giveUp, { once: true });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      controller.abort();
    }, limit);
    this.#inFlight.add(controller);
    try {
      return await run(controller.signal);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      if (given?.aborted) throw withheld(request, "aborted before the answer came");
      if (!late) throw this.broken(request, error);
      const where = hostOf(this.#config.server);
      const message = `${requestText(request)}: no answer from ${where} within ${limit / 1000} s`;
      throw new ApiError(message, { reason: "Timeout", cause: error });
    } finally {
      clearTimeout(timer);
      given?.removeEventListener("abort", giveUp);
      this.#inFlight.delete(controller);
    }
  }

  async #fetch(
    request: KubeRequest,
    client: Deno.HttpClient,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    // The request's URL is the server's URL followed by the path. A path such as `@example.com/` would change
    // the host of the URL, and kro would send the credentials to another server.
    if (!request.path.startsWith("/")) {
      const path = JSON.stringify(shortened(request.path, 253));
      const message = `${requestText(request)}: the path ${path} does not start with "/"`;
      throw new ApiError(message, { reason: "BadRequest" });
    }
    const headers = new Headers(this.#config.headers);
    headers.set("user-agent", this.#options.userAgent);
    headers.set("accept", request.accept ?? "application/json");
    if (request.contentType) headers.set("content-type", request.contentType);
    if (authorization) headers.set("authorization", authorization);
    // The gate is checked directly before the request is sent, because the wait for a free connection or
    // for credentials may take long.
    const why = request.gate?.withholds(isWrite(request));
    if (why !== undefined) throw withheld(request, why);
    const started = performance.now();
    const report = (code: number) => this.#report(request, code, performance.now() - started);
    try {
      const response = await fetch(this.#config.server + request.path, {
        method: request.method,
        headers,
        body: request.body,
        // Redirects are not followed, because following a redirect would send the credentials to another
        // server.
        redirect: "manual",
        signal,
        client,
      });
      report(response.status);
      return response;
    } catch (error) {
      report(0);
      throw error;
    }
  }

  #report(request: KubeRequest, code: number, milliseconds: number): void {
    const info: RequestInfo = {
      verb: request.verb,
      resource: request.resource,
      code,
      seconds: milliseconds / 1000,
      sent: request.body?.length,
      object: request.object,
    };
    this.#options.onRequest?.(info);
  }

  #unaryClient(): Deno.HttpClient {
    const { ca, clientCert } = this.#config;
    const old = this.#unary;
    if (old && (old.clientCert !== clientCert || old.ca !== ca)) this.#discard(old.http);
    this.#unary ??= { http: this.#httpClient(), ca, clientCert };
    return this.#unary.http;
  }

  /**
   * Stops using an HTTP client, for example after its connection has failed. Its running requests continue,
   * and the next request creates a new client.
   */
  #discard(http: Deno.HttpClient): void {
    if (this.#unary?.http !== http) return;
    this.#unary = undefined;
    http.close();
  }

  /**
   * Creates an HTTP client that uses HTTP/1.1.
   *
   * HTTP/2 is slow here. Over HTTP/2, Deno sends the headers and a body of 1 KiB or more in separate TCP
   * segments, and Deno does not set TCP_NODELAY. The segment with the body therefore waits about 40 ms for
   * the API server's delayed ACK of the headers (RFC 1122, section 4.2.3.2).
   */
  #httpClient(): Deno.HttpClient {
    const { ca, clientCert, origin, proxyUrl, server } = this.#config;
    if (ca !== undefined) trustOnlyConfigured();
    else if (server.startsWith("https:")) trustSystem();
    try {
      return Deno.createHttpClient({
        http2: false,
        poolIdleTimeout: IDLE_MS,
        caCerts: ca === undefined ? [] : [ca],
        ...clientCert,
        ...(proxyUrl && { proxy: { url: proxyUrl } }),
      });
    } catch (error) {
      const message = (error as Error).message;
      throw new ConfigError(`${origin}: cannot use the certificates or the proxy: ${message}`);
    }
  }
}

async function toAnswer(request: KubeRequest, response: Response): Promise<Answer> {
  const isOne = request.verb !== "list" && request.verb !== "raw";
  const limit = request.longest ?? (isOne ? LONGEST_OBJECT : LONGEST_PAGE);
  const text = await readBody(response, limit);
  if (text === undefined) throw new TooLongError(requestText(request), limit);
  const retryAfterSeconds = retryAfterOf(response.headers.get("retry-after"), Date.now());
  return { code: response.status, text, retryAfterSeconds };
}

function closedError(request: KubeRequest): ApiError {
  return new ApiError(`${requestText(request)}: the client is closed`, { reason: "Unreachable" });
}

function isWithheld(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "Withheld";
}

function withheld(request: KubeRequest, why: string): ApiError {
  return new ApiError(`${requestText(request)}: ${why}`, { reason: "Withheld" });
}
