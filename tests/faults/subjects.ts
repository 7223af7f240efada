/** The graphs under test: each lives one life, phase after phase, in a namespace of its own. */
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

/** The phases of a graph and its instance, in this order. */
export const phases = [
  /** The RGD is created. */
  "graph",
  /** An instance of it is created. */
  "create",
  /** Values change, collections grow, includeWhen includes more nodes. */
  "update",
  /** Collections shrink, includeWhen excludes nodes again. */
  "shrink",
  /** The RGD loses a node and gains another one. */
  "change",
  /** The instance is deleted. */
  "delete",
  /** The RGD is deleted with its kind. */
  "withdraw",
] as const;

/** A phase. */
export type Phase = typeof phases[number];

/** A graph and the life of its one instance. */
export interface Subject {
  /** Name, also the first part of all object names. */
  name: string;
  /** Kind of the instances; the plural is `kind + "s"` in lower case. */
  kind: string;
  /** Whether instances have a namespace. */
  namespaced?: boolean;
  /** SimpleSchema of the spec. */
  schema: JsonObject;
  /** The status fields. */
  status?: JsonObject;
  /** The nodes. The last one is dropped in phase `change`. */
  resources: JsonObject[];
  /** The instance's spec from each of these phases on; `namespace` is the subject's. */
  specs(namespace: string): Record<"create" | "update" | "shrink", JsonObject>;
  /** Other users' actions before the phase starts. */
  others?(phase: Phase, cluster: TestCluster): Promise<unknown>;
}

const same = (values: JsonObject) => () => ({ create: values, update: values, shrink: values });
const texts = (create: JsonObject, update: JsonObject, shrink: JsonObject) => () => ({
  create,
  update,
  shrink,
});

/** All subjects. */
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

/** The name of a subject in one life: its namespace, its RGD, its instance, and in its group. */
export function nameIn(life: string, subject: Subject): string {
  return `${subject.name}-${life}`;
}

/** The kind of the instances. */
export function kindIn(life: string, subject: Subject): KindRef {
  const { kind, namespaced = true } = subject;
  const group = `${nameIn(life, subject)}.faults.dev`;
  return { group, version: "v1alpha1", kind, plural: `${kind.toLowerCase()}s`, namespaced };
}

/** The RGD before phase `change`, or from that phase on. */
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

/** The instance with that spec. */
export function instanceIn(life: string, subject: Subject, spec: JsonObject): KubeObject {
  const { group, version, kind } = kindIn(life, subject);
  return {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { name: nameIn(life, subject) },
    spec,
  };
}

/** The subject and the life that a string mentions. */
export function subjectOf(text: string): { subject: string; life: string } | undefined {
  const [, subject, life] = /\b([a-z]+)-(l\d+)\b/.exec(text) ?? [];
  return subject === undefined ? undefined : { subject, life: life! };
}
