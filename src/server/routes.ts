/**
 * The table of all paths of the HTTP endpoint. The endpoint serves the paths of this table, and the OpenAPI
 * document describes them.
 */
import type { ControllerView, InstanceSummary, InstanceView } from "../controller/mod.ts";
import { tokenRefusal } from "./access.ts";
import type { PathRequest, ServerOptions } from "./path_request.ts";
import { compareInstance } from "./compare_route.ts";
import { selected, withFields } from "./filter.ts";
import { oneInstance } from "./instance_route.ts";
import { collectionItems } from "./items_route.ts";
import { json } from "./json.ts";
import { openApi } from "./openapi.ts";
import { page } from "./page.ts";
import { liveObject, liveRevisions } from "./live_routes.ts";
import {
  COMPARE_PARAMETERS,
  GRAPH_LIST_PARAMETERS,
  INSTANCE_LIST_PARAMETERS,
  ITEMS_PARAMETERS,
  OBJECT_PARAMETERS,
  WHY_PARAMETERS,
} from "./parameters.ts";
import { problem } from "./problem.ts";
import type { Route } from "./route.ts";
import { whyInstance } from "./why_route.ts";

/** The path `/metrics`. It can also have a listen address of its own, and it has its own permission check. */
export const METRICS_ROUTE: Route = {
  path: "/metrics",
  success: { text: "text/plain; version=0.0.4; charset=utf-8" },
  failures: [401, 403, 503],
  answer: metrics,
};

/** The paths that need no permission to read the API. */
export const OPEN_ROUTES: readonly Route[] = [
  {
    path: "/healthz",
    // controller-runtime also serves each check at a path of its own. The only check of `/healthz` has the
    // name `healthz`, so its path is `/healthz/healthz`.
    alias: "/healthz/healthz",
    success: { text: "text/plain; charset=UTF-8" },
    failures: [500],
    answer: ({ view }) => health(view),
  },
  {
    path: "/readyz",
    alias: "/readyz/readyz",
    success: { text: "text/plain; charset=UTF-8" },
    failures: [503],
    answer: ({ view }) => readiness(view),
  },
  {
    path: "/version",
    success: { schema: "Version" },
    failures: [],
    answer: ({ version }) => json({ version }),
  },
  METRICS_ROUTE,
];

/** The path of the event streams, which need the permission to read the API. */
export const EVENTS_ROUTE: Route = {
  path: "/events",
  success: { text: "text/event-stream" },
  query: {},
  failures: [],
  answer: (_, { streams, lastEventId }) => streams!.open(lastEventId),
};

/** The paths that need the permission to read the API. */
export const API_ROUTES: readonly Route[] = [
  {
    path: "/openapi.json",
    success: { document: true },
    query: {},
    failures: [],
    answer: ({ version }) => json(openApi(OPEN_ROUTES, [...API_ROUTES, EVENTS_ROUTE], version)),
  },
  {
    path: "/causes",
    success: { schema: "Causes" },
    query: {},
    failures: [],
    answer: ({ view }) => json({ items: view.causes() }),
  },
  {
    path: "/graphs",
    success: { schema: "GraphList" },
    query: GRAPH_LIST_PARAMETERS,
    failures: [],
    answer: ({ view }, { query }) => {
      const keys = selected(view.graphNames(), (name) => view.graphFacts(name), query);
      const read = (name: string) => {
        const graph = view.graph(name);
        return graph && withFields(graph, query);
      };
      return json(page(keys, read, query));
    },
  },
  {
    path: "/graphs/{graph}",
    success: { schema: "Graph" },
    query: {},
    failures: [404],
    answer: ({ view }, { params: { graph } }) => {
      const found = view.graph(graph!);
      return found ? json(found) : noGraph(graph!);
    },
  },
  {
    path: "/graphs/{graph}/definition",
    success: { schema: "Definition" },
    query: {},
    failures: [404],
    answer: ({ view }, { params: { graph } }) => {
      const definition = view.definition(graph!);
      if (definition) return json(definition);
      if (!view.graphNames().includes(graph!)) return noGraph(graph!);
      return problem(
        404,
        `graph "${graph}" does not compile; see its conditions at /graphs/${graph}`,
      );
    },
  },
  {
    path: "/graphs/{graph}/rights",
    success: { schema: "GraphRights" },
    query: {},
    failures: [404],
    answer: ({ view }, { params: { graph } }) => {
      const rights = view.graphRights(graph!);
      return rights ? json(rights) : noGraph(graph!);
    },
  },
  {
    path: "/graphs/{graph}/revisions",
    success: { schema: "Revisions" },
    query: {},
    failures: [404],
    answer: liveRevisions,
  },
  {
    path: "/graphs/{graph}/instances",
    success: { schema: "InstanceList" },
    query: INSTANCE_LIST_PARAMETERS,
    failures: [404],
    answer: ({ view }, { params: { graph }, query }) => {
      const all = view.instanceKeys(graph!);
      if (!all) return noGraph(graph!);
      const keys = selected(all, (key) => view.instanceFacts(graph!, key), query);
      const read = (key: string) => {
        const instance = view.instance(graph!, key);
        return instance && withFields(summary(instance), query);
      };
      return json(page(keys, read, query));
    },
  },
  {
    path: "/graphs/{graph}/instances/{instance}",
    success: { schema: "Instance" },
    query: {},
    failures: [404],
    answer: (options, request) => oneInstance(options, request, ""),
  },
  {
    path: "/graphs/{graph}/instances/{namespace}/{instance}",
    success: { schema: "Instance" },
    query: {},
    failures: [404],
    answer: (options, request) => {
      const { namespace } = request.params;
      return oneInstance(options, request, namespace === "-" ? "" : namespace!);
    },
  },
  {
    path: "/graphs/{graph}/instances/{namespace}/{instance}/object",
    success: { schema: "LiveObject" },
    query: OBJECT_PARAMETERS,
    failures: [404],
    answer: liveObject,
  },
  {
    path: "/graphs/{graph}/instances/{namespace}/{instance}/items",
    success: { schema: "Items" },
    query: ITEMS_PARAMETERS,
    failures: [404],
    answer: collectionItems,
  },
  {
    path: "/graphs/{graph}/instances/{namespace}/{instance}/why",
    success: { schema: "Explanation" },
    query: WHY_PARAMETERS,
    failures: [404],
    answer: whyInstance,
  },
  {
    path: "/graphs/{graph}/instances/{namespace}/{instance}/compare",
    success: { schema: "RevisionComparison" },
    query: COMPARE_PARAMETERS,
    failures: [404],
    answer: compareInstance,
  },
];

function health(view: ControllerView): Response {
  const { healthy, problem } = view.health();
  return text(healthy ? "ok\n" : `not healthy: ${problem}\n`, healthy ? 200 : 500);
}

function readiness(view: ControllerView): Response {
  const { ready, missing } = view.readiness();
  if (ready) return text("ok\n", 200);
  return text(`not ready:\n${missing.map((m) => `- ${m}\n`).join("")}`, 503);
}

async function metrics(
  { view, mayReadMetrics }: ServerOptions,
  request: PathRequest,
): Promise<Response> {
  const refused = mayReadMetrics &&
    await tokenRefusal(request.authorization, mayReadMetrics, "/metrics");
  if (refused) return refused;
  return new Response(await view.metrics(), {
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
  });
}

function noGraph(name: string): Response {
  return problem(404, `no graph "${name}"; see /graphs`);
}

/**
 * Returns an instance without its nodes and the details of its differences, for lists. Only the response for a
 * single instance contains these fields.
 */
function summary(instance: InstanceView): InstanceSummary {
  const { nodes: _nodes, observed: _observed, ...rest } = instance;
  return rest;
}

function text(body: string, status: number): Response {
  return new Response(body, { status, headers: { "content-type": "text/plain; charset=UTF-8" } });
}
