/** Serves the paths of kro's HTTP endpoint: health, metrics and the read-only JSON API. */
import { Hono, type MiddlewareHandler } from "hono";
import { inBackground } from "../api/mod.ts";
import { apiRefusal, type Env, standbyRefusal } from "./access.ts";
import type { ServerOptions } from "./path_request.ts";
import { EventStreams } from "./events.ts";
import { contentIsVersion, securityHeaders } from "./headers.ts";
import { servePage } from "./live_page.ts";
import { ENDPOINT_PORT } from "./ports.ts";
import { problem } from "./problem.ts";
import { BadQuery, readQuery } from "./query.ts";
import type { Route } from "./route.ts";
import { API_ROUTES, EVENTS_ROUTE, METRICS_ROUTE, OPEN_ROUTES } from "./routes.ts";

/** Responds to one request of the client at the IP address `remote`. Never throws or rejects. */
export type Handler = (request: Request, remote: string) => Response | Promise<Response>;

/**
 * Returns the handler of the whole HTTP endpoint. The handler serves `/metrics`, `/version` and the JSON
 * API below `/graphs`. It also serves `/healthz` and `/readyz`, in the same way as controller-runtime.
 * Error responses have the content type `application/problem+json` (RFC 9457).
 *
 * @example
 * ```ts
 * import type { ControllerView } from "../controller/mod.ts";
 * import { createHandler, listen, type Listening } from "./mod.ts";
 *
 * async function serve(controller: ControllerView): Promise<Listening> {
 *   return listen(":8079", createHandler({ view: controller, version: "v1.0.0" }));
 * }
 * ```
 */
export function createHandler(options: ServerOptions): Handler {
  const app = readOnlyApp("/graphs");
  serve(app, options, OPEN_ROUTES);
  // If clients need a token, the page is served without one, because a browser sends no token when it loads a
  // page. The page itself contains no data of the cluster.
  if (options.mayReadApi) servePage(app);
  // The paths above do not require the permission to read the API. All paths below require this permission,
  // including unknown paths.
  app.use(async (c, next) => await apiRefusal(options.mayReadApi, c) ?? await next());
  if (!options.mayReadApi) servePage(app);
  const standby: MiddlewareHandler = async (_, next) =>
    standbyRefusal(options.view.standby(), options.port ?? ENDPOINT_PORT, options.inPod ?? false) ??
      await next();
  app.use("/graphs/*", standby);
  app.use("/events", standby);
  app.use("/causes", standby);
  const streams = new EventStreams(options.view);
  // The event stream gets no ETag: an ETag is the hash of a whole response, and the stream has no end.
  serve(app, options, [EVENTS_ROUTE], streams);
  app.use(contentIsVersion);
  serve(app, options, API_ROUTES);
  return (request, remote) => app.fetch(request, { remote });
}

/** Returns a handler that serves only `/metrics`, for a separate listen address of the metrics. */
export function createMetricsHandler(options: ServerOptions): Handler {
  const app = readOnlyApp("/metrics");
  serve(app, options, [METRICS_ROUTE]);
  return (request, remote) => app.fetch(request, { remote });
}

function readOnlyApp(start: string): Hono<Env> {
  const app = new Hono<Env>();
  app.use(securityHeaders);
  app.use(async (c, next) => {
    if (c.req.method !== "GET" && c.req.method !== "HEAD") {
      return problem(405, "this API is read-only: use GET or HEAD", { allow: "GET, HEAD" });
    }
    await next();
  });
  app.notFound((c) => problem(404, `no such path: ${c.req.path}; try ${start}`));
  app.onError((error) => {
    if (error instanceof BadQuery) return problem(400, error.message);
    inBackground("HTTP request", Promise.reject(error));
    return problem(500, "internal error; see kro's log");
  });
  return app;
}

function serve(
  app: Hono<Env>,
  options: ServerOptions,
  routes: readonly Route[],
  streams?: EventStreams,
): void {
  for (const { path, alias, query, answer } of routes) {
    for (const each of alias ? [path, alias] : [path]) {
      app.get(each.replace(/\{(\w+)\}/g, ":$1"), (c) =>
        answer(options, {
          params: c.req.param(),
          query: query ? readQuery(c.req.url, query) : {},
          authorization: c.req.header("authorization") ?? null,
          lastEventId: c.req.header("last-event-id"),
          streams,
        }));
    }
  }
}
