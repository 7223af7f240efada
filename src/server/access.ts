/** Decides which clients of the HTTP endpoint may read the API and the metrics. */
import type { Context } from "hono";
import type { Standby } from "../controller/mod.ts";
import { problem } from "./problem.ts";

/**
 * Whether a request may read the metrics or the API. `unauthenticated` (status 401): the request has no
 * valid token. `forbidden` (status 403): the user of the token has no permission to get the URL `/metrics`
 * or `/graphs`.
 */
export type Verdict = "allowed" | "unauthenticated" | "forbidden";

/**
 * Decides whether a request may be answered. The parameter is the Authorization header of the request; null
 * when the request lacks the header.
 */
export type TokenCheck = (authorization: string | null) => Promise<Verdict>;

/** The data that hono passes to each handler: the IP address of the client. */
export type Env = { Bindings: { remote: string } };

/** Returns the response that refuses a request to the API; undefined when the client may read the API. */
export async function apiRefusal(
  mayReadApi: TokenCheck | undefined,
  c: Context<Env>,
): Promise<Response | undefined> {
  if (mayReadApi) {
    return await tokenRefusal(c.req.header("authorization") ?? null, mayReadApi, "/graphs");
  }
  if (isLocal(c.env.remote, c.req.raw.headers)) return undefined;
  return problem(403, "the API answers clients on kro's own host only; see --http-auth");
}

/** Matches the names of headers that proxies add to the requests that they forward. */
const OF_PROXY = /^(?:forwarded|via|x-real-ip|x-(?:forwarded|envoy)-.*)$/;

const LOOPBACK = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

/**
 * Reports whether a request comes from kro's own host: the client's address is a loopback address, no proxy
 * has forwarded the request, and the Host header names the loopback interface. The check of the Host header
 * prevents DNS rebinding: a web page whose name resolves to 127.0.0.1 can send requests to kro, and the
 * Host header of these requests contains the page's name.
 */
function isLocal(remote: string, headers: Headers): boolean {
  if (!LOOPBACK.has(remote)) return false;
  if ([...headers.keys()].some((name) => OF_PROXY.test(name))) return false;
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(headers.get("host") ?? "localhost");
}

/**
 * Checks the token in the Authorization header of a request. Returns the response that refuses the request;
 * undefined when the user of the token may get the URL.
 */
export async function tokenRefusal(
  authorization: string | null,
  mayRead: TokenCheck,
  url: string,
): Promise<Response | undefined> {
  const verdict = await mayRead(authorization)
    .catch(() => "unknown" as const);
  switch (verdict) {
    case "allowed":
      return undefined;
    case "unauthenticated":
      return unauthenticated();
    case "forbidden":
      return problem(403, `this needs the right to get the non-resource URL ${url}`);
    case "unknown":
      return problem(503, "kro cannot check with the API server who may read this; see kro's log");
  }
}

/** Returns the error response to a request that has no valid token. */
export function unauthenticated(): Response {
  return problem(401, "send a token of the cluster: Authorization: Bearer TOKEN", {
    "www-authenticate": 'Bearer realm="kro"',
  });
}

/**
 * Returns the error response of a standby, because only the leader knows the states of graphs and instances.
 * The response names the leader, and if this process runs in a pod, the command that reaches the leader's pod.
 * Returns undefined if this process leads.
 *
 * @param port The port of the endpoint.
 * @param inPod Whether this process runs in a pod. The leader then runs in a pod as well.
 */
export function standbyRefusal(
  standby: Standby | undefined,
  port: number,
  inPod: boolean,
): Response | undefined {
  if (!standby) return undefined;
  const { leader, namespace } = standby;
  if (!leader) {
    return problem(
      503,
      "this process is a standby, and no other process holds the Lease; try again",
    );
  }
  if (!inPod) {
    return problem(503, `this process is a standby; send the request to the leader on ${leader}`);
  }
  return problem(
    503,
    `this process is a standby; the leader is ${leader}: ` +
      `kubectl -n ${namespace} port-forward pod/${leader} ${port}`,
  );
}
