/** The routes of the HTTP endpoint: health, metrics and the read-only JSON API. */
import { Hono } from "hono";
import type { Context } from "hono";
import type { ControllerView, InstanceView } from "../controller/mod.ts";
import { BadQuery, page } from "./page.ts";
import { problem } from "./problem.ts";

/** The source of the endpoint's responses. */
export interface ServerOptions {
  /** Read-only view of the running controller. */
  view: ControllerView;
  /** kro's version, for `/version`. */
  version: string;
  /**
   * Authorizes requests for the metrics by their Authorization header (null without one). When absent, all
   * requests are allowed. When it rejects, the response has status 503.
   */
  mayReadMetrics?: (authorization: string | null) => Promise<MetricsVerdict>;
}

/**
 * Whether a request may read the metrics. `unauthenticated` (status 401): it has no valid token.
 * `forbidden` (status 403): the token's user may not get `/metrics`.
 */
export type MetricsVerdict = "allowed" | "unauthenticated" | "forbidden";

/** Responds to one request. Never throws or rejects. */
export type Handler = (request: Request) => Response | Promise<Response>;

/**
 * Returns the handler of the whole endpoint: `/healthz` and `/readyz` as controller-runtime serves them,
 * `/metrics`, `/version` and the JSON API below `/graphs`. Errors are `application/problem+json`
 * (RFC 9457).
 *
 * @example
 * ```ts
 * import type { ControllerView } from "../controller/mod.ts";
 * import { createHandler, listen, type Listening } from "./mod.ts";
 *
 * function serve(controller: ControllerView): Listening {
 *   return listen(":8079", createHandler({ view: controller, version: "v1.0.0" }));
 * }
 * ```
 */
export function createHandler(options: ServerOptions): Handler {
  const { view } = options;
  const app = readOnlyApp("/graphs");
  serveMetrics(app, options);
  // controller-runtime also serves each single check, below the path of all checks.
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

  app.get("/graphs", (c) => json(page(view.graphs(), (g) => g.name, pageQuery(c))));
  app.get("/graphs/:name", (c) => {
    const name = c.req.param("name");
    const graph = view.graphs().find((g) => g.name === name);
    return graph ? json(graph) : problem(404, `no graph "${name}"; see /graphs`);
  });
  app.get("/graphs/:name/instances", (c) => {
    const name = c.req.param("name");
    const instances = view.instances(name);
    if (!instances) return problem(404, `no graph "${name}"; see /graphs`);
    return json(page(instances.map(summary), (i) => `${i.namespace}/${i.name}`, pageQuery(c)));
  });
  app.get("/graphs/:name/instances/:instance", (c) => oneInstance(view, c, ""));
  app.get("/graphs/:name/instances/:namespace/:instance", (c) => {
    // `-` stands for the absent namespace of a cluster-scoped instance.
    const namespace = c.req.param("namespace");
    return oneInstance(view, c, namespace === "-" ? "" : namespace);
  });
  return (request) => app.fetch(request);
}

/** Returns a handler that serves `/metrics` alone, for an address of its own. */
export function createMetricsHandler(options: ServerOptions): Handler {
  const app = readOnlyApp("/metrics");
  serveMetrics(app, options);
  return (request) => app.fetch(request);
}

function readOnlyApp(start: string): Hono {
  const app = new Hono();
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

function serveMetrics(app: Hono, { view, mayReadMetrics }: ServerOptions): void {
  app.get("/metrics", async (c) => {
    const verdict = await mayReadMetrics?.(c.req.header("authorization") ?? null)
      .catch(() => "unknown" as const);
    switch (verdict) {
      case "unauthenticated":
        return problem(401, "send a token of the cluster: Authorization: Bearer TOKEN", {
          "www-authenticate": 'Bearer realm="kro"',
        });
      case "forbidden":
        return problem(403, "this needs the right to get the non-resource URL /metrics");
      case "unknown":
        return problem(
          503,
          "kro cannot check with the API server who may read this; see kro's log",
        );
    }
    return c.body(await view.metrics(), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    });
  });
}

function oneInstance(view: ControllerView, c: Context, namespace: string): Response {
  const graph = c.req.param("name")!;
  const name = c.req.param("instance");
  const found = view.instances(graph)?.find((i) => i.name === name && i.namespace === namespace);
  if (found) return json(found);
  const at = namespace === "" ? `"${name}"` : `"${namespace}/${name}"`;
  return problem(404, `graph "${graph}" has no instance ${at}; see /graphs/${graph}/instances`);
}

/** An instance as lists show it: without its nodes, which the path of the instance shows. */
function summary({ nodes: _, ...rest }: InstanceView): Omit<InstanceView, "nodes"> {
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

/** Sorts the keys of objects, so that `diff` can compare responses. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
