/** The options of the HTTP endpoint, and a request to one of its paths. */
import type { ControllerView } from "../controller/mod.ts";
import type { TokenCheck } from "./access.ts";
import type { EventStreams } from "./events.ts";
import type { Explainer } from "./explainer.ts";
import type { LiveReader } from "./live.ts";
import type { Query } from "./query.ts";

/**
 * The options of the HTTP endpoint. The options name the source of the responses, and decide who may read the
 * metrics and the API.
 */
export interface ServerOptions {
  /** A read-only view of the running controller. */
  view: ControllerView;
  /** The version of kro, which `/version` returns. */
  version: string;
  /**
   * Reads objects for the paths that show live objects. If this reader is absent, these paths answer with
   * status 503.
   */
  live?: LiveReader;
  /** Explains instances. If absent, the paths that explain instances respond with status 503. */
  explainer?: Explainer;
  /** Whether this process runs in a pod, so that a standby names the leader's pod; false by default. */
  inPod?: boolean;
  /** The port of the endpoint, which the response of a standby names; {@link ENDPOINT_PORT} by default. */
  port?: number;
  /**
   * Decides whether a request may read the JSON API, which is every path except health, version and
   * metrics. The parameter is the Authorization header of the request; null when the request lacks the
   * header. When the returned promise rejects, the response has status 503. When the function is absent,
   * only clients on the loopback interface are allowed.
   */
  mayReadApi?: TokenCheck;
  /**
   * Decides whether a request may read the metrics. The parameter is the Authorization header of the
   * request; null when the request lacks the header. When the returned promise rejects, the response has
   * status 503. When the function is absent, all requests are allowed.
   */
  mayReadMetrics?: TokenCheck;
}

/** The parameters and the credentials of a request to a path of the endpoint. */
export interface PathRequest {
  /** The values of the path's parameters, by name. */
  params: Readonly<Record<string, string>>;
  /** The values of the query parameters, by name. */
  query: Query;
  /** The Authorization header of the request; null when the request lacks the header. */
  authorization: string | null;
  /** The header Last-Event-ID; undefined when the request lacks the header. */
  lastEventId?: string;
  /** The event streams of the endpoint. Present only in a request to `/events`. */
  streams?: EventStreams;
}
