/** The routes of kro's HTTP endpoint: health, metrics and the read-only JSON API. */
import { Hono } from "hono";
import type { Context } from "hono";
import type { ControllerView, InstanceView } from "../controller/mod.ts";
import { apiRefusal, type Env, type TokenCheck, tokenRefusal } from "./access.ts";
import { contentIsVersion, securityHeaders } from "./headers.ts";
import { BadQuery, page } from "./page.ts";
import { problem } from "./problem.ts";

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
  const { view } = options;
  const app = readOnlyApp("/graphs");
  serveMetrics(app, options);
  // controller-runtime also serves each check at a path of its own. The only check of `/healthz` has the
  // name `healthz`, so its path is `/healthz/healthz`.
  app.on("GET", ["/healthz", "/healthz/healthz"], (c) => {
    const { healthy, problem } = view.health();
    return healthy ? c.text("ok\n") : c.text(`not healthy: ${problem}\n`, 500);
  });
  app.on("GET", ["/readyz", "/readyz/readyz"], (c) => {
    const { ready, missing } = view.readiness();
    if (ready) return c.text("ok\n");
    return c.text(`not ready:\n${missing.map((m) => `- ${m}\n`).join("")}`, 503);
  });
  app.get("/version", () => json({ version: options.version }));

  // The routes above do not require the permission to read the API. All paths below require it, including
  // unknown paths.
  app.use(async (c, next) => await apiRefusal(options.mayReadApi, c) ?? await next());
  app.use(contentIsVersion);
  app.get(
    "/graphs",
    (c) => json(page(view.graphNames(), (name) => view.graph(name), pageQuery(c))),
  );
  app.get("/graphs/:name", (c) => {
    const name = c.req.param("name");
    const graph = view.graph(name);
    return graph ? json(graph) : problem(404, `no graph "${name}"; see /graphs`);
  });
  app.get("/graphs/:name/rights", (c) => {
    const name = c.req.param("name");
    const rights = view.graphRights(name);
    return rights ? json(rights) : problem(404, `no graph "${name}"; see /graphs`);
  });
  app.get("/graphs/:name/instances", (c) => {
    const name = c.req.param("name");
    const keys = view.instanceKeys(name);
    if (!keys) return problem(404, `no graph "${name}"; see /graphs`);
    const read = (key: string) => summary(view.instance(name, key));
    return json(page(keys, read, pageQuery(c)));
  });
  app.get("/graphs/:name/instances/:instance", (c) => oneInstance(view, c, ""));
  app.get("/graphs/:name/instances/:namespace/:instance", (c) => {
    // A cluster-scoped instance has no namespace, so its URL contains `-` instead.
    const namespace = c.req.param("namespace");
    return oneInstance(view, c, namespace === "-" ? "" : namespace);
  });
  return (request, remote) => app.fetch(request, { remote });
}

/** Returns a handler that serves only `/metrics`, for a separate listen address of the metrics. */
export function createMetricsHandler(options: ServerOptions): Handler {
  const app = readOnlyApp("/metrics");
  serveMetrics(app, options);
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
    return problem(500, "internal error; see kro's log");
  });
  return app;
}

function serveMetrics(app: Hono<Env>, { view, mayReadMetrics }: ServerOptions): void {
  app.get("/metrics", async (c) => {
    const refused = mayReadMetrics && await tokenRefusal(c, mayReadMetrics, "/metrics");
    if (refused) return refused;
    return c.body(await view.metrics(), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    });
  });
}

function oneInstance(view: ControllerView, c: Context, namespace: string): Response {
  const graph = c.req.param("name")!;
  const name = c.req.param("instance");
  const found = view.instance(graph, `${namespace}/${name}`);
  if (found) return json(found);
  const at = namespace === "" ? `"${name}"` : `"${namespace}/${name}"`;
  return problem(404, `graph "${graph}" has no instance ${at}; see /graphs/${graph}/instances`);
}

/** Returns an instance as lists show it, without its nodes. Only the instance's own path shows the nodes. */
function summary(instance: InstanceView | undefined): Omit<InstanceView, "nodes"> | undefined {
  if (!instance) return undefined;
  const { nodes: _, ...rest } = instance;
  return rest;
}

function pageQuery(c: Context): { limit?: string; continue?: string } {
  return { limit: c.req.query("limit"), continue: c.req.query("continue") };
}

function json(value: unknown): Response {
  return new Response(JSON.stringify(value, sortKeys, 2) + "\n", {
    headers: { "content-type": "application/json" },
  });
}

/** Sorts the keys of JSON objects, so that two responses can be compared with `diff`. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
