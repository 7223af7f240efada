/**
 * Tests of the OpenAPI document of kro's HTTP endpoint: the document is valid, and describes the responses of
 * the endpoint.
 */
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import assert from "node:assert/strict";
import type { ControllerView, GraphView, InstanceView } from "../../../src/controller/mod.ts";
import { type Explanation, UnknownSubject } from "../../../src/explain/mod.ts";
import { createHandler, type Explainer } from "../../../src/server/mod.ts";
import { explainer as known, live, RULE, view } from "../../support/server/view.ts";

const CONDITION = {
  type: "Ready",
  status: "False" as const,
  reason: "Waiting",
  message: "waits for a Pod",
  lastTransitionTime: "2026-01-02T03:04:05Z",
  observedGeneration: 3,
};
const COST = { min: 1, max: 20 };

const GRAPH: GraphView = {
  name: "a",
  serves: { apiVersion: "x.dev/v1", kind: "App", plural: "apps", namespaced: true },
  state: "Active",
  revision: 2,
  conditions: [CONDITION],
  topologicalOrder: ["web"],
  nodes: [{
    id: "web",
    type: "resource",
    apiVersion: "v1",
    kind: "Pod",
    dependencies: ["config"],
    expressions: [{ path: "template.spec", expression: "schema.spec", reads: [], cost: COST }],
  }],
  cost: COST,
  instances: 1,
  health: { error: 0, degraded: 0, progressing: 1, ready: 0, suspended: 0, deleting: 0 },
};

const INSTANCE: InstanceView = {
  namespace: "kro",
  name: "one",
  uid: "0-1",
  state: "IN_PROGRESS",
  health: "progressing",
  conditions: [CONDITION],
  nodes: [{
    id: "web",
    state: "Failed",
    reason: "the API server refused the Pod",
    objects: [{
      apiVersion: "v1",
      kind: "Pod",
      namespace: "kro",
      name: "web",
      action: "created",
      adopted: true,
      finalizers: ["x.dev/hold"],
    }],
  }],
  lastPass: "2026-01-02T03:04:05.678Z",
};

/** A view whose responses have all optional fields. */
const FULL: ControllerView = {
  ...view,
  graph: (name) => name === "a" ? GRAPH : undefined,
  graphRights: (graph) =>
    graph === "a"
      ? { graph, reviewed: true, required: [{ ...RULE, resourceNames: ["x"] }], missing: [] }
      : undefined,
  instance: (graph, key) =>
    graph !== "a" || !["/root", "kro/one"].includes(key) ? undefined : INSTANCE,
};

interface Operation {
  parameters: { name: string; in: string }[];
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
}
interface Document {
  paths: Record<string, { get: Operation }>;
}

const EXPLAINED: Explanation = {
  topic: "value",
  text: "web.spec.x = 1",
  node: "web",
  state: "Ready",
  object: { apiVersion: "v1", kind: "Pod", namespace: "kro", name: "web" },
  path: "web.spec.x",
  expression: "${schema.spec.x}",
  value: 1,
  hidden: true,
  time: "2026-01-02T03:04:05Z",
  because: [{ topic: "step", text: "wait", because: [] }],
};

/** An explainer that knows only the instance `kro/one` of the graph `a`. */
const explainer: Explainer = {
  ...known,
  explain: (graph, { name }, subject) => {
    if (subject === "nowhere") return Promise.reject(new UnknownSubject("no such node"));
    return Promise.resolve(graph === "a" && name === "one" ? EXPLAINED : undefined);
  },
  collection: (graph, node) =>
    graph !== "a" || node !== "web" ? undefined : {
      kind: { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true },
      states: (objects) => objects.map(() => ({ state: "Waiting", reason: "it starts" })),
    },
};

async function ask(from: ControllerView, path: string): Promise<Response> {
  const handler = createHandler({ view: from, version: "devel", live, explainer });
  return await handler(new Request(`http://kro${path}`), "127.0.0.1");
}

const document: Document = await (await ask(view, "/openapi.json")).json();

const ajv = formats.default(new Ajv2020({ strict: false, allErrors: true }));
ajv.addSchema({ ...document, $id: "kro" });

/** Returns the path in the OpenAPI document that describes the URL of a request. */
function pathOf(url: string): string {
  const parts = url.split("?")[0]!.split("/");
  const found = Object.keys(document.paths).find((path) => {
    const names = path.split("/");
    return names.length === parts.length &&
      names.every((name, i) => name.startsWith("{") || name === parts[i]);
  });
  return found ?? assert.fail(`the document lacks ${url}`);
}

/** Sends a request for the URL. Fails if the OpenAPI document does not describe the response. */
async function assertDescribed(from: ControllerView, url: string): Promise<void> {
  const response = await ask(from, url);
  const path = pathOf(url);
  const described = document.paths[path]!.get.responses[response.status];
  assert.ok(described, `${url}: the document lacks status ${response.status}`);
  const type = response.headers.get("content-type")!;
  assert.ok(described.content?.[type], `${url}: the document lacks ${type}`);
  const body = await response.text();
  if (!type.includes("json")) return;
  const pointer = ["paths", path, "get", "responses", response.status, "content", type, "schema"]
    .map((step) => encodeURIComponent(String(step).replaceAll("~", "~0").replaceAll("/", "~1")));
  const validate = ajv.getSchema(`kro#/${pointer.join("/")}`)!;
  assert.ok(validate(JSON.parse(body)), `${url}: ${ajv.errorsText(validate.errors)}`);
}

const OK = [
  "/healthz",
  "/readyz",
  "/version",
  "/metrics",
  "/openapi.json",
  "/causes",
  "/graphs",
  "/graphs/a",
  "/graphs/a/definition",
  "/graphs/a/revisions",
  "/graphs/a/rights",
  "/graphs/a/instances",
  "/graphs/a/instances/root",
  "/graphs/a/instances/kro/one",
  "/graphs/a/instances/kro/one/object",
  "/graphs/a/instances/kro/one/items?node=web",
  "/graphs/a/instances/kro/one/why",
  "/graphs/a/instances/kro/one/compare?from=1&to=2",
];

Deno.test("/openapi.json is a valid document of OpenAPI 3.1", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate({ ...structuredClone(document) });
  assert.ok(valid, JSON.stringify(errors, undefined, 2));
  assert.equal(validator.version, "3.1");
});

Deno.test("the document describes every response, with and without optional fields", async () => {
  const failing = [
    "/graphs?limit=0",
    "/graphs/none",
    "/graphs/none/definition",
    "/graphs/none/revisions",
    "/graphs/none/rights",
    "/graphs/none/instances",
    "/graphs/a/instances/none",
    "/graphs/a/instances/kro/none",
    "/graphs/a/instances/kro/none/items?node=web",
    "/graphs/a/instances/kro/one/items?node=none",
    "/graphs/a/instances/kro/none/why",
    "/graphs/a/instances/kro/one/why?node=nowhere",
    "/graphs/a/instances/kro/none/compare?from=1&to=2",
    "/graphs/a/instances/kro/one/compare?from=1&to=3",
    "/graphs/a/instances/kro/one/compare?from=1",
    "/graphs/a/instances/kro/one/compare?from=0&to=2",
    "/graphs?fields=name,state",
    "/graphs?limit=1",
    "/graphs/a/instances?fields=uid",
    "/graphs/a/instances/kro/one/object?node=a&object=x",
    "/graphs/a/instances/kro/one/object?node=a",
    "/graphs/a/instances/kro/none/object",
  ];
  const sick: ControllerView = {
    ...view,
    health: () => ({ healthy: false, problem: "the pass over a hangs" }),
    readiness: () => ({ ready: true, missing: [] }),
  };
  for (const from of [view, FULL, sick]) {
    for (const url of [...OK, ...failing]) await assertDescribed(from, url);
  }
});

Deno.test("the document has exactly the paths that the endpoint serves", async () => {
  assert.deepEqual(
    [...OK, "/events"].map(pathOf).toSorted(),
    Object.keys(document.paths).toSorted(),
  );
  for (const url of OK) assert.notEqual((await ask(FULL, url)).status, 404, url);
  const stream = await ask(FULL, "/events");
  await stream.body!.cancel();
  assert.ok(document.paths["/events"]!.get.responses[stream.status]!.content!["text/event-stream"]);
});

Deno.test("a response with a field that the document lacks is refused", async () => {
  const stray = { ...view, graph: () => ({ ...GRAPH, stray: 1 }) };
  await assert.rejects(assertDescribed(stray, "/graphs/a"), /additional properties/);
});

Deno.test("every parameter of the document is accepted", async () => {
  const values: Record<string, string> = {
    limit: "1",
    continue: "YQ",
    state: "",
    namespace: "kro",
    labelSelector: "a",
    fields: "name",
  };
  for (const url of ["/graphs", "/graphs/a/instances"]) {
    const state = url === "/graphs" ? "Active" : "ACTIVE";
    for (const { name } of document.paths[pathOf(url)]!.get.parameters) {
      if (name === "graph") continue;
      const value = name === "state" ? state : values[name];
      assert.equal((await ask(view, `${url}?${name}=${value}`)).status, 200, name);
    }
  }
});

Deno.test("docs/api.md lists every path and every parameter", async () => {
  const text = await Deno.readTextFile(new URL("../../../docs/api.md", import.meta.url));
  const named = [...text.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]!);
  const operations = Object.entries(document.paths);
  const queries = operations.flatMap(([, { get }]) => get.parameters)
    .filter((parameter) => parameter.in === "query").map(({ name }) => name);
  const expected = new Set([...operations.map(([path]) => path), ...queries]);
  assert.deepEqual(named.toSorted(), [...expected].toSorted());
});

Deno.test("the error in docs/api.md is the response of the endpoint", async () => {
  const text = await Deno.readTextFile(new URL("../../../docs/api.md", import.meta.url));
  const [, path, body] = /^\$ curl -s 'localhost:8079(\S+)'\n(\{.*\})$/m.exec(text)!;
  assert.equal(await (await ask(view, path!)).text(), `${body}\n`);
});
