/**
 * A fixed `ControllerView`, the state of a controller that the HTTP endpoint serves, for tests of the
 * endpoint.
 */
import type { KubeObject } from "../../../src/api/mod.ts";
import { UnknownSubject } from "../../../src/explain/mod.ts";
import {
  type Explainer,
  type LiveReader,
  type RevisionComparison,
  UnknownRevision,
} from "../../../src/server/mod.ts";
import type {
  ControllerView,
  DefinitionView,
  GraphView,
  InstanceView,
} from "../../../src/controller/mod.ts";

/** Returns a graph with one node and two instances. */
export function graph(name: string): GraphView {
  return {
    name,
    serves: { apiVersion: "x.dev/v1", kind: "App", plural: "apps", namespaced: true },
    state: "Active",
    conditions: [],
    topologicalOrder: ["a"],
    nodes: [],
    instances: 2,
    health: { error: 0, degraded: 0, progressing: 0, ready: 2, suspended: 0, deleting: 0 },
  };
}

/** Returns an instance whose only node is ready. */
export function instance(namespace: string, name: string): InstanceView {
  const nodes = [{ id: "a", state: "Ready" as const, objects: [] }];
  return { namespace, name, uid: name, state: "ACTIVE", health: "ready", conditions: [], nodes };
}

/** An RBAC rule whose permissions kro lacks for the graph `a`. */
export const RULE = { apiGroups: [""], resources: ["secrets"], verbs: ["watch"] };

/** The definition of the graph `a`. */
export const DEFINITION: DefinitionView = {
  graph: "a",
  nodes: [{ id: "a", template: { kind: "Pod" }, forEach: [], includeWhen: [], readyWhen: [] }],
  spec: [{ path: "spec.size", type: "integer", default: "1", description: "" }],
  status: [],
  sample: "kind: App\n",
};

const POD = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };

/** A reader of a cluster in which each Pod has an Event, and each graph has two revisions. */
export const live: LiveReader = {
  get: ({ name }) =>
    Promise.resolve({ apiVersion: "v1", kind: "Pod", metadata: { name, uid: "0-1" } }),
  list: ({ kind }) => Promise.resolve(kind === "Event" ? [EVENT] : [revision(1), revision(2)]),
};

/** An explainer of the instances of {@link view}, whose only node is `a`. */
export const explainer: Explainer = {
  explain: (graph, { namespace = "", name }, subject) => {
    if (!view.instance(graph, `${namespace}/${name}`)) return Promise.resolve(undefined);
    if (subject !== undefined && !/^(?:a|status)(?:[.[]|$)/.test(subject)) {
      return Promise.reject(new UnknownSubject(`no node "${subject}"`));
    }
    const because = [{ topic: "node" as const, text: 'node "a" is ready', because: [] }];
    return Promise.resolve({ topic: "instance", text: `${name} is ready`, because });
  },
  compareRevisions: (graph, { namespace = "", name }, { from, to }) => {
    if (!view.instance(graph, `${namespace}/${name}`)) return Promise.resolve(undefined);
    if (from > 2 || to > 2) return Promise.reject(new UnknownRevision("no such revision"));
    return Promise.resolve(comparison(from, to));
  },
};

/** Returns a comparison of two revisions with all optional fields. */
export function comparison(from: number, to: number): RevisionComparison {
  const object = { apiVersion: "v1", kind: "Pod", namespace: "kro", name: "one", node: "a" };
  const unknown = [{ node: "b", state: "Pending" as const, reason: "a.status.x is missing" }];
  return {
    from: { revision: from, problems: [], unknown: [] },
    to: { revision: to, problems: [], unknown },
    objects: [{ ...object, change: "changed", fields: [{ path: "spec.a", old: 1, new: [2] }] }],
    equal: 1,
  };
}

const EVENT: KubeObject = {
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: "one.1" },
  type: "Warning",
  reason: "BackOff",
  message: "restarting",
  count: 3,
  lastTimestamp: "2026-01-02T03:04:05Z",
  source: { component: "kubelet" },
};

function revision(number: number): KubeObject {
  const resources = [{ id: "a", template: { kind: "Pod", spec: { priority: number } } }];
  return {
    apiVersion: "internal.kro.run/v1alpha1",
    kind: "GraphRevision",
    metadata: { name: `a-${number}`, creationTimestamp: "2026-01-02T03:04:05Z" },
    spec: { revision: number, snapshot: { name: "a", spec: { resources } } },
    status: { resources: [{ id: "a", dependencies: [] }] },
  };
}

/** The graphs `a`, `b` and `c`; the graph `a` has the instances `root` and `kro/one`. */
export const view: ControllerView = {
  health: () => ({ healthy: true }),
  readiness: () => ({ ready: false, missing: ["cache of apps.x.dev is not synced"] }),
  standby: () => undefined,
  graphNames: () => ["a", "b", "c"],
  graph: (name) => ["a", "b", "c"].includes(name) ? graph(name) : undefined,
  graphRights: (name) =>
    name === "a" ? { graph: name, reviewed: true, required: [RULE], missing: [RULE] } : undefined,
  definition: (name) => name === "a" ? DEFINITION : undefined,
  causes: () => [{ cause: "refused", count: 2, graphs: ["a"], affected: [{ graph: "a" }] }],
  instanceKeys: (name) => name === "a" ? ["/root", "kro/one"] : undefined,
  instance: (name, key) => {
    const [namespace = "", one = ""] = key.split("/");
    return name === "a" && ["/root", "kro/one"].includes(key)
      ? instance(namespace, one)
      : undefined;
  },
  objectRef: (graph, key, object) =>
    graph !== "a" || !view.instance(graph, key) || (object && object.node !== "a")
      ? undefined
      : { kind: POD, namespace: "kro", name: object?.name ?? "one" },
  graphFacts: (name) =>
    ["a", "b", "c"].includes(name)
      ? { state: name === "c" ? "Inactive" : "Active", labels: { tier: name } }
      : undefined,
  instanceFacts: (name, key) => {
    const instance = view.instance(name, key);
    return instance &&
      { state: instance.state, labels: key === "/root" ? { app: "x" } : undefined };
  },
  subscribe: () => () => {},
  metrics: () => Promise.resolve("up 1\n"),
};
