/**
 * The metrics of requests to the API server: requests for each verb and kind, waits for the rate limit, and
 * watches.
 */
import type { RequestInfo, WatchInfo } from "../../kube/mod.ts";
import type { Instruments } from "./instruments.ts";

/** The HTTP method of each Kubernetes verb. A verb that is not listed here is sent as GET. */
const METHODS: Record<string, string> = {
  create: "POST",
  apply: "PATCH",
  patch: "PATCH",
  update: "PUT",
  delete: "DELETE",
};

/** The histogram buckets of durations in seconds: powers of two from 1 ms. */
const SECONDS = Array.from({ length: 16 }, (_, i) => 0.001 * 2 ** i);
/** The histogram buckets of sizes in bytes: powers of two from 64 bytes. */
const BYTES = Array.from({ length: 16 }, (_, i) => 64 * 2 ** i);

/**
 * Counts and measures the requests to the API server. Metrics that client-go also has are named as in
 * client-go.
 */
export class RequestMetrics {
  readonly #requests;
  readonly #restRequests;
  readonly #seconds;
  readonly #waits;
  readonly #sent;
  readonly #received;
  readonly #retries;
  readonly #restarts;
  #host = "";
  #watches = 0;

  /** Registers the metrics in the registry. */
  constructor(to: Instruments) {
    this.#requests = to.counter(
      "kro_api_requests_total",
      "Requests to the API server by Kubernetes verb; code 0 for a request without a response.",
      ["verb", "resource", "code"],
    );
    this.#restRequests = to.counter(
      "rest_client_requests_total",
      "Requests to the API server by HTTP method.",
      ["code", "method", "host"],
    );
    this.#seconds = to.histogram(
      "rest_client_request_duration_seconds",
      "Time until the API server responded, in seconds.",
      ["verb"],
      SECONDS,
    );
    this.#waits = to.histogram(
      "rest_client_rate_limiter_duration_seconds",
      "Time that requests waited for the rate limit of --client-qps, in seconds.",
      ["verb"],
      SECONDS,
    );
    this.#sent = to.histogram(
      "rest_client_request_size_bytes",
      "Size of request bodies, in characters.",
      ["verb"],
      BYTES,
    );
    this.#received = to.histogram(
      "rest_client_response_size_bytes",
      "Size of response bodies without watches, in characters.",
      ["verb"],
      BYTES,
    );
    this.#retries = to.counter(
      "rest_client_request_retries_total",
      "Requests that were sent again, by status code of the previous attempt.",
      ["code", "method"],
    );
    this.#restarts = to.counter(
      "kro_watch_restarts_total",
      "Watches that ended, by reason: closed by the server, expired (410), failed, or idle for too long.",
      ["resource", "reason"],
    );
    to.gauge("dynamic_controller_watch_count", "Open watches.", () => this.#watches);
  }

  /**
   * Sets the label `host` to the host of the API server.
   *
   * @param server The URL of the API server.
   */
  setServer(server: string): void {
    this.#host = URL.canParse(server) ? new URL(server).host : server;
  }

  /** Counts a request and its response, and records the duration. */
  request(info: RequestInfo): void {
    const { verb } = info;
    const resource = verb === "raw" ? rawPath(info.resource) : info.resource;
    const code = String(info.code);
    this.#requests.inc({ verb, resource, code });
    this.#restRequests.inc({ ...restLabels(verb, info.code), host: this.#host });
    this.#seconds.observe({ verb }, info.seconds);
    if (info.sent !== undefined) this.#sent.observe({ verb }, info.sent);
  }

  /** Records the size of a response body, in characters. */
  body(verb: string, characters: number): void {
    this.#received.observe({ verb }, characters);
  }

  /**
   * Counts a request that is sent again.
   *
   * @param code The HTTP status code of the previous attempt; 0 when it got no response.
   */
  retry(verb: string, code: number): void {
    this.#retries.inc(restLabels(verb, code));
  }

  /** Records how long a request waited for the rate limit, in seconds. */
  wait(verb: string, seconds: number): void {
    this.#waits.observe({ verb }, seconds);
  }

  /** Counts a watch that was opened or has ended. */
  watch({ resource, phase }: WatchInfo): void {
    this.#watches += phase === "opened" ? 1 : -1;
    if (phase !== "opened" && phase !== "stopped") this.#restarts.inc({ resource, reason: phase });
  }
}

/** Returns the labels `code` and `method` with the values that client-go uses. */
function restLabels(verb: string, code: number): { code: string; method: string } {
  return { code: code === 0 ? "<error>" : String(code), method: METHODS[verb] ?? "GET" };
}

/**
 * Returns the first two segments of a URL path. The other segments are left out to limit the number of
 * series.
 */
function rawPath(path: string): string {
  return path.split("/").slice(0, 3).join("/");
}
