/** What is asked of the API server: requests by verb and kind, waits, watches. */
import type { RequestInfo, WatchInfo } from "../../kube/mod.ts";
import type { Instruments } from "./instruments.ts";

/** HTTP methods by Kubernetes' verbs. */
const METHODS: Record<string, string> = {
  create: "POST",
  apply: "PATCH",
  patch: "PATCH",
  update: "PUT",
  delete: "DELETE",
};

/** client-go's buckets: powers of two from a millisecond, and from 64 bytes. */
const SECONDS = Array.from({ length: 16 }, (_, i) => 0.001 * 2 ** i);
const BYTES = Array.from({ length: 16 }, (_, i) => 64 * 2 ** i);

/** See the file's first line. */
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

  /** Registers them. */
  constructor(to: Instruments) {
    this.#requests = to.counter(
      "kro_api_requests_total",
      "Requests to the API server by Kubernetes' verb; code 0 when no answer came.",
      ["verb", "resource", "code"],
    );
    this.#restRequests = to.counter(
      "rest_client_requests_total",
      "Requests to the API server by HTTP method.",
      ["code", "method", "host"],
    );
    this.#seconds = to.histogram(
      "rest_client_request_duration_seconds",
      "Time until the API server answered.",
      ["verb"],
      SECONDS,
    );
    this.#waits = to.histogram(
      "rest_client_rate_limiter_duration_seconds",
      "Time that requests waited because of --client-qps.",
      ["verb"],
      SECONDS,
    );
    this.#sent = to.histogram(
      "rest_client_request_size_bytes",
      "Bodies of requests, in characters.",
      ["verb"],
      BYTES,
    );
    this.#received = to.histogram(
      "rest_client_response_size_bytes",
      "Bodies of answers, in characters; watches left out.",
      ["verb"],
      BYTES,
    );
    this.#retries = to.counter(
      "rest_client_request_retries_total",
      "Requests that were sent once more, by what the one before came to.",
      ["code", "method"],
    );
    this.#restarts = to.counter(
      "kro_watch_restarts_total",
      "Watches that ended: closed by the server, expired (410), failed, or silent for too long.",
      ["resource", "reason"],
    );
    to.gauge("dynamic_controller_watch_count", "Watches that are open.", () => this.#watches);
  }

  /** Names the API server. */
  talksTo(server: string): void {
    this.#host = URL.canParse(server) ? new URL(server).host : server;
  }

  /** One exchange. */
  request(info: RequestInfo): void {
    const { verb } = info;
    const resource = verb === "raw" ? rawPath(info.resource) : info.resource;
    const code = String(info.code);
    this.#requests.inc({ verb, resource, code });
    this.#restRequests.inc({ ...restLabels(verb, info.code), host: this.#host });
    this.#seconds.observe({ verb }, info.seconds);
    if (info.sent !== undefined) this.#sent.observe({ verb }, info.sent);
  }

  /** The whole body of an answer, in characters. */
  body(verb: string, characters: number): void {
    this.#received.observe({ verb }, characters);
  }

  /** An exchange is repeated; the code of the one before, 0 when no answer came. */
  retry(verb: string, code: number): void {
    this.#retries.inc(restLabels(verb, code));
  }

  /** What the rate limit made a request wait. */
  wait(verb: string, seconds: number): void {
    this.#waits.observe({ verb }, seconds);
  }

  /** A watch began or ended. */
  watch({ resource, phase }: WatchInfo): void {
    this.#watches += phase === "opened" ? 1 : -1;
    if (phase !== "opened" && phase !== "stopped") this.#restarts.inc({ resource, reason: phase });
  }
}

/** Labels as client-go has them. */
function restLabels(verb: string, code: number): { code: string; method: string } {
  return { code: code === 0 ? "<error>" : String(code), method: METHODS[verb] ?? "GET" };
}

/** Plain paths by their first part, so that there are few of them. */
function rawPath(path: string): string {
  return path.split("/").slice(0, 3).join("/");
}
