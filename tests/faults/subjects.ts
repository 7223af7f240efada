/**
 * The test graphs of the fault scenarios. Each graph and its one instance pass through the same phases, in a
 * namespace that contains only this instance and its objects. Scenarios create several copies of all graphs;
 * the name of a copy is called `life` in the code.
 */
import type { JsonObject, KindRef, KubeObject } from "../../src/api/mod.ts";
import type { TestCluster } from "../support/cluster/cluster.ts";
import {
  configMap,
  deployment,
  external,
  NAME,
  placed,
  secret,
  serviceAccount,
} from "../support/cluster/nodes.ts";
import { THING } from "./thing_kind.ts";

/** The phases through which a test graph and its instance pass, in this order. */
export const phases = [
  /** A user creates the RGD. */
  "graph",
  /** A user creates an instance of the RGD. */
  "create",
  /**
   * A user changes the instance: values change, collections grow, and includeWhen includes more
   * nodes.
   */
  "update",
  /** A user changes the instance again: collections shrink, and includeWhen excludes nodes. */
  "shrink",
  /** A user changes the RGD: one node is removed and another one is added. */
  "change",
  /** A user deletes the instance. */
  "delete",
  /** A user deletes the RGD, and kro deletes its CRD. */
  "withdraw",
] as const;

/** The name of a phase of the test graphs. */
export type Phase = typeof phases[number];

/** A test graph: an RGD and its one instance. */
export interface Subject {
  /** The graph's name, which is also the first part of all its objects' names. */
  name: string;
  /** The kind of the instance. The plural name is `kind + "s"` in lower case. */
  kind: string;
  /** Whether the instance is namespaced; true by default. */
  namespaced?: boolean;
  /** The instance's spec as SimpleSchema. */
  schema: JsonObject;
  /** The status fields of the instance, as in an RGD. */
  status?: JsonObject;
  /** The nodes of the RGD. In the phase `change`, a user removes the last node. */
  resources: JsonObject[];
  /**
   * Returns the instance's spec in the phases `create`, `update` and `shrink`. `namespace` is the
   * graph's own namespace.
   */
  specs(namespace: string): Record<"create" | "update" | "shrink", JsonObject>;
  /**
   * Called at the start of each phase. Takes actions of users other than the owner of the graph, such as
   * changing an external object.
   */
  others?(phase: Phase, cluster: TestCluster): Promise<unknown>;
}

const same = (values: JsonObject) => () => ({ create: values, update: values, shrink: values });
const texts = (create: JsonObject, update: JsonObject, shrink: JsonObject) => () => ({
  create,
  update,
  shrink,
});

/** All test graphs except the random ones. */
export const subjects: readonly Subject[] = [
  {
    name: "chain",
    kind: "Chain",
    schema: { text: "string" },
    status: { text: "${second.data.text}" },
    resources: [
      configMap("first", `${NAME}-first`, { text: "${schema.spec.text}" }),
      configMap("second", `${NAME}-second`, { text: "${first.data.text + '!'}" }),
      secret("third", "${second.metadata.name + '-secret'}"),
    ],
    specs: texts({ text: "one" }, { text: "two" }, { text: "three" }),
  },
  {
    name: "diamond",
    kind: "Diamond",
    schema: { text: "string" },
    status: { text: "${top.data.text}" },
    resources: [
      configMap("top", `${NAME}-top`, { text: "${schema.spec.text}" }),
      configMap("left", `${NAME}-left`, { text: "${'l' + top.data.text}" }),
      configMap("right", `${NAME}-right`, { text: "${'r' + top.data.text}" }),
      secret("bottom", "${left.metadata.name + '-' + right.data.text}"),
    ],
    specs: texts({ text: "a" }, { text: "b" }, { text: "c" }),
  },
  {
    name: "listing",
    kind: "Listing",
    schema: { values: "[]string" },
    status: { names: "${configs.map(c, c.metadata.name)}" },
    resources: [
      configMap("configs", `${NAME}-\${value}`, { value: "${value}" }, {
        forEach: [{ value: "${schema.spec.values}" }],
      }),
      secret("secret", `${NAME}-secret`),
    ],
    specs: texts(
      { values: ["a", "b"] },
      { values: ["a", "b", "c", "d"] },
      { values: ["d", "b"] },
    ),
  },
  {
    name: "wide",
    kind: "Wide",
    namespaced: false,
    schema: { namespace: "string", verb: "string" },
    resources: [
      {
        id: "role",
        template: {
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "ClusterRole",
          metadata: { name: `${NAME}-role` },
          rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["${schema.spec.verb}"] }],
        },
      },
      placed(
        configMap("map", "${role.metadata.name}", { verb: "${schema.spec.verb}" }),
        "${schema.spec.namespace}",
      ),
      placed(secret("secret", `${NAME}-secret`), "${schema.spec.namespace}"),
    ],
    specs: (namespace) => ({
      create: { namespace, verb: "get" },
      update: { namespace, verb: "list" },
      shrink: { namespace, verb: "watch" },
    }),
  },
  {
    name: "include",
    kind: "Include",
    schema: { account: "boolean", map: "boolean" },
    resources: [
      configMap("always", `${NAME}-always`),
      serviceAccount("account", `${NAME}-account`, { includeWhen: ["${schema.spec.account}"] }),
      configMap("map", `${NAME}-map`, {}, { includeWhen: ["${schema.spec.map}"] }),
      secret("secret", `${NAME}-secret`),
    ],
    specs: texts(
      { account: false, map: true },
      { account: true, map: true },
      { account: false, map: false },
    ),
  },
  {
    name: "foreign",
    kind: "Foreign",
    schema: {},
    status: { theirs: "${theirs.data.text}" },
    resources: [
      external("theirs", { name: "theirs" }),
      configMap("ours", `${NAME}-ours`, { text: "${theirs.data.text}" }),
      secret("secret", `${NAME}-secret`),
    ],
    specs: same({}),
    others: (phase, cluster) => theirs(phase, cluster),
  },
  {
    name: "custom",
    kind: "Custom",
    schema: { text: "string" },
    status: { text: "${thing.spec.text}" },
    resources: [
      {
        id: "thing",
        template: {
          apiVersion: `${THING.group}/${THING.version}`,
          kind: THING.kind,
          metadata: { name: `${NAME}-thing` },
          spec: { text: "${schema.spec.text}" },
        },
      },
      configMap("map", `${NAME}-map`, { text: "${thing.spec.text}" }),
      secret("secret", `${NAME}-secret`),
    ],
    specs: texts({ text: "one" }, { text: "two" }, { text: "three" }),
  },
  {
    name: "slow",
    kind: "Slow",
    schema: { replicas: "integer" },
    status: { replicas: "${deployment.status.readyReplicas}" },
    resources: [
      deployment("deployment", NAME, {
        readyWhen: ["${deployment.status.readyReplicas == deployment.spec.replicas}"],
      }),
      configMap("after", `${NAME}-after`, {
        replicas: "${string(deployment.status.readyReplicas)}",
      }),
      secret("secret", `${NAME}-secret`),
    ].map((node) => node.id === "deployment" ? withReplicas(node) : node),
    specs: texts({ replicas: 1 }, { replicas: 3 }, { replicas: 2 }),
  },
];

async function theirs(phase: Phase, cluster: TestCluster): Promise<void> {
  const text = { create: "one", update: "two", shrink: "three" }[phase as string];
  if (text === undefined) return;
  const metadata = { name: "theirs" };
  await cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { text } });
}

function withReplicas(node: JsonObject): JsonObject {
  const template = node.template as JsonObject;
  const spec = { ...template.spec as JsonObject, replicas: "${schema.spec.replicas}" };
  return { ...node, template: { ...template, spec } };
}

/**
 * Returns the name of a test graph in the copy `life`, such as `diamond-l12340001`. The namespace, the RGD
 * and the instance have this name, and the API group begins with it.
 */
export function nameIn(life: string, subject: Subject): string {
  return `${subject.name}-${life}`;
}

/** Returns the kind of the instance of a test graph in the copy `life`. */
export function kindIn(life: string, subject: Subject): KindRef {
  const { kind, namespaced = true } = subject;
  const group = `${nameIn(life, subject)}.faults.dev`;
  return { group, version: "v1alpha1", kind, plural: `${kind.toLowerCase()}s`, namespaced };
}

/**
 * Returns the RGD of a test graph in the copy `life`. With `changed`, returns the RGD as it is from the phase
 * `change` on.
 */
export function rgdIn(life: string, subject: Subject, changed: boolean): KubeObject {
  const { kind, namespaced = true, schema, status, resources } = subject;
  const added = serviceAccount("added", `${NAME}-added`);
  const placedAdded = namespaced ? added : placed(added, "${schema.spec.namespace}");
  return {
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name: nameIn(life, subject) },
    spec: {
      schema: {
        apiVersion: "v1alpha1",
        group: kindIn(life, subject).group,
        kind,
        scope: namespaced ? "Namespaced" : "Cluster",
        spec: changed ? { ...schema, more: "string | default=more" } : schema,
        ...(status && { status }),
      },
      resources: changed ? [...resources.slice(0, -1), placedAdded] : resources,
    },
  };
}

/** Returns the instance of a test graph in the copy `life`, with the given spec. */
export function instanceIn(life: string, subject: Subject, spec: JsonObject): KubeObject {
  const { group, version, kind } = kindIn(life, subject);
  return {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { name: nameIn(life, subject) },
    spec,
  };
}

/**
 * Searches a string, such as a URL or a message, for a name that {@link nameIn} returned, such as
 * `diamond-l12340001`. Returns the name of the test graph and of its copy, such as `diamond` and `l12340001`;
 * undefined if the string contains no such name.
 */
export function subjectOf(text: string): { subject: string; life: string } | undefined {
  const [, subject, life] = /\b([a-z]+)-(l\d+)\b/.exec(text) ?? [];
  return subject === undefined ? undefined : { subject, life: life! };
}
