/**
 * HTTP to one API server: slots, rate, time limits, credentials, Retry-After, and a new HTTP client
 * after a connection failed.
 */
import { ApiError } from "../api/mod.ts";
import { LONGEST_OBJECT, LONGEST_PAGE, readBody, TooLongError } from "./body.ts";
import { ConfigError, hostOf, refusal, retryAfterOf, unreachable } from "./errors.ts";
import { type Exchange, isWrite, repeatable, requestText } from "./exchange.ts";
import { Slots, TokenBucket } from "./limit.ts";
import { sleep } from "./timers.ts";
import type { ClusterConfig, ConnectOptions, RequestInfo } from "./types.ts";

/** A watch's open answer. */
export interface OpenStream {
  /** The answer's bytes. */
  body: ReadableStream<Uint8Array>;
  /** Ends the connection. */
  close(): void;
}

interface Answer {
  code: number;
  text: string;
  retryAfterSeconds?: number;
}

// Each has a connection, at either end; callers wait here, where no time limit runs.
const MAX_IN_FLIGHT = 80;
// Below the 90 s after which kube-apiserver closes an idle one: none is taken that is just being closed.
const IDLE_MS = 60_000;
const MAX_RETRIES = 5;
const LONGEST_WAIT_SECONDS = 30;

/** Sends exchanges and gives back bodies of successful ones; all else rejects. */
export class Transport {
  readonly #config: ClusterConfig;
  readonly #options: ConnectOptions;
  readonly #timeoutMs: number;
  readonly #slots = new Slots(MAX_IN_FLIGHT);
  readonly #bucket?: TokenBucket;
  readonly #inFlight = new Set<AbortController>();
  readonly #closed = new AbortController();
  #unary?: { http: Deno.HttpClient; cert: ClusterConfig["clientCert"] };

  /** Opens nothing yet. */
  constructor(config: ClusterConfig, options: ConnectOptions) {
    this.#config = config;
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    if (options.qps !== undefined && options.qps > 0) {
      const burst = Math.max(1, options.burst ?? options.qps);
      this.#bucket = new TokenBucket(options.qps, burst, performance.now());
    }
  }

  /** The body of a successful answer. */
  async request(exchange: Exchange): Promise<string> {
    const answer = await this.#persist(exchange, async (authorization) => {
      const release = await this.#slots.acquire();
      try {
        const http = this.#unaryClient();
        return await this.#timed(exchange, async (signal) => {
          const response = await this.#fetch(exchange, http, authorization, signal);
          const answer = await toAnswer(exchange, response);
          this.#options.onBody?.(exchange.verb, answer.text.length);
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
   * Opens a stream on a connection of its own, until the signal aborts. The time limit ends with the
   * headers.
   */
  async open(exchange: Exchange, signal: AbortSignal): Promise<OpenStream> {
    let stream: OpenStream | undefined;
    await this.#persist(exchange, async (authorization) => {
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
        const answer = await this.#timed(exchange, async () => {
          const response = await this.#fetch(exchange, http, authorization, connection.signal);
          if (!response.ok || response.body === null) {
            return await toAnswer(exchange, response).finally(close);
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

  /** The error of a stream that broke. */
  broken(exchange: Exchange, error: unknown): Error {
    if (this.#closed.signal.aborted) return closedError(exchange);
    return unreachable(requestText(exchange), this.#config, error);
  }

  /** Ends all requests and connections. */
  close(): void {
    this.#closed.abort();
    for (const controller of this.#inFlight) controller.abort();
    this.#inFlight.clear();
    if (this.#unary) this.#discard(this.#unary.http);
  }

  /** Repeats one exchange while the server asks to wait, once with new credentials, once on a new connection. */
  async #persist(
    exchange: Exchange,
    send: (authorization: string | undefined) => Promise<Answer>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    let renewed = false;
    let reconnected = false;
    for (let retries = 0;;) {
      await this.#takeTurn(exchange);
      const authorization = await this.#config.authorization?.();
      let answer: Answer;
      try {
        answer = await send(authorization);
      } catch (error) {
        const lost = error instanceof ApiError && error.reason === "Unreachable";
        if (!lost || reconnected || !repeatable(exchange) || this.#closed.signal.aborted) {
          throw error;
        }
        reconnected = true;
        this.#options.onRetry?.(exchange.verb, 0);
        continue;
      }
      if (answer.code >= 200 && answer.code < 300) return answer;
      if (answer.code === 401 && !renewed && this.#config.forget) {
        renewed = true;
        this.#config.forget();
        this.#options.onRetry?.(exchange.verb, answer.code);
        continue;
      }
      const wait = answer.retryAfterSeconds;
      const asked = (answer.code === 429 || answer.code === 503) && wait !== undefined;
      if (!asked || retries >= MAX_RETRIES || wait > LONGEST_WAIT_SECONDS) {
        throw this.#refusal(exchange, answer);
      }
      retries++;
      this.#options.onRetry?.(exchange.verb, answer.code);
      const stops = signal ? [this.#closed.signal, signal] : [this.#closed.signal];
      await sleep(wait * 1000, AbortSignal.any(stops));
    }
  }

  #refusal(exchange: Exchange, answer: Answer): ApiError {
    const { origin, server } = this.#config;
    let request = requestText(exchange);
    // An expired token is a matter of the configuration: say which.
    if (answer.code === 401) request += ` at ${hostOf(server)} with the credentials of ${origin}`;
    return refusal(request, answer.code, answer.text, answer.retryAfterSeconds);
  }

  async #takeTurn(exchange: Exchange): Promise<void> {
    const wait = this.#bucket?.reserve(performance.now()) ?? 0;
    if (this.#bucket) this.#options.onWait?.(exchange.verb, wait / 1000);
    if (wait > 0) await sleep(wait, this.#closed.signal);
    if (this.#closed.signal.aborted) throw closedError(exchange);
  }

  /** Runs one attempt under the time limit; failures become ApiErrors. */
  async #timed<T>(
    exchange: Exchange,
    run: (signal: AbortSignal) => Promise<T>,
    controller = new AbortController(),
  ): Promise<T> {
    const limit = exchange.timeoutMs ?? this.#timeoutMs;
    const given = isWrite(exchange) ? exchange.gate?.writes : undefined;
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
      if (given?.aborted) throw withheld(exchange, "given up while it was under way");
      if (!late) throw this.broken(exchange, error);
      const where = hostOf(this.#config.server);
      const message = `${requestText(exchange)}: no answer from ${where} within ${limit / 1000} s`;
      throw new ApiError(message, { reason: "Timeout", cause: error });
    } finally {
      clearTimeout(timer);
      given?.removeEventListener("abort", giveUp);
      this.#inFlight.delete(controller);
    }
  }

  async #fetch(
    exchange: Exchange,
    client: Deno.HttpClient,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    const headers = new Headers(this.#config.headers);
    headers.set("user-agent", this.#options.userAgent);
    headers.set("accept", exchange.accept ?? "application/json");
    if (exchange.contentType) headers.set("content-type", exchange.contentType);
    if (authorization) headers.set("authorization", authorization);
    // Last of all: whatever was waited for before, slots or credentials, may have taken its time.
    const why = exchange.gate?.withholds(isWrite(exchange));
    if (why !== undefined) throw withheld(exchange, why);
    const started = performance.now();
    const report = (code: number) => this.#report(exchange, code, performance.now() - started);
    try {
      const response = await fetch(this.#config.server + exchange.path, {
        method: exchange.method,
        headers,
        body: exchange.body,
        // A redirect would carry the credentials elsewhere.
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

  #report(exchange: Exchange, code: number, milliseconds: number): void {
    const info: RequestInfo = {
      verb: exchange.verb,
      resource: exchange.resource,
      code,
      seconds: milliseconds / 1000,
      sent: exchange.body?.length,
      object: exchange.object,
    };
    this.#options.onRequest?.(info);
  }

  #unaryClient(): Deno.HttpClient {
    const cert = this.#config.clientCert;
    if (this.#unary && this.#unary.cert !== cert) this.#discard(this.#unary.http);
    this.#unary ??= { http: this.#httpClient(), cert };
    return this.#unary.http;
  }

  /** Requests under way on it go on; the next one opens a new client. */
  #discard(http: Deno.HttpClient): void {
    if (this.#unary?.http !== http) return;
    this.#unary = undefined;
    http.close();
  }

  /**
   * HTTP/1.1, for Deno does not set TCP_NODELAY: over HTTP/2 a body of a KiB and more goes out behind its
   * headers, and waits some 40 ms for the server's delayed ACK of those (RFC 1122, 4.2.3.2).
   */
  #httpClient(): Deno.HttpClient {
    const { ca, clientCert, origin, proxyUrl } = this.#config;
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

async function toAnswer(exchange: Exchange, response: Response): Promise<Answer> {
  const isOne = exchange.verb !== "list" && exchange.verb !== "raw";
  const limit = exchange.longest ?? (isOne ? LONGEST_OBJECT : LONGEST_PAGE);
  const text = await readBody(response, limit);
  if (text === undefined) throw new TooLongError(requestText(exchange), limit);
  const retryAfterSeconds = retryAfterOf(response.headers.get("retry-after"), Date.now());
  return { code: response.status, text, retryAfterSeconds };
}

function closedError(exchange: Exchange): ApiError {
  return new ApiError(`${requestText(exchange)}: the client is closed`, { reason: "Unreachable" });
}

function isWithheld(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "Withheld";
}

function withheld(exchange: Exchange, why: string): ApiError {
  return new ApiError(`${requestText(exchange)}: ${why}`, { reason: "Withheld" });
}
