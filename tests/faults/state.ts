/**
 * Computes the state of all objects of one copy of the test graphs. The state leaves out values that differ
 * between copies, such as UIDs.
 */
import {
  CRD_KIND,
  isNotFound,
  type KindRef,
  type KubeObject,
  REVISION_KIND,
  RGD_KIND,
} from "../../src/api/mod.ts";
import type { KubeClient } from "../../src/kube/mod.ts";
import { THING } from "./thing_kind.ts";

/**
 * The state of each object, as JSON with sorted keys. The keys of the record are of the form `kind
 * namespace/name`, or `kind name` for cluster-scoped objects.
 */
export type State = Record<string, string>;

const core = (kind: string): KindRef => ({
  group: "",
  version: "v1",
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: true,
});

/** All kinds of objects that the test graphs create, except the kinds that kro generates. */
export const kinds: readonly KindRef[] = [
  RGD_KIND,
  REVISION_KIND,
  CRD_KIND,
  core("ConfigMap"),
  core("Secret"),
  core("ServiceAccount"),
  THING,
  { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true },
  {
    group: "rbac.authorization.k8s.io",
    version: "v1",
    kind: "ClusterRole",
    plural: "clusterroles",
    namespaced: false,
  },
];

/** Returns all objects of the given kinds. Skips kinds that the API server does not serve. */
export async function objectsOf(
  client: KubeClient,
  these: readonly KindRef[],
): Promise<KubeObject[]> {
  const lists = await Promise.all(these.map(async (kind) => {
    try {
      return (await client.list(kind)).items;
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }));
  return lists.flat();
}

/**
 * Selects the objects that belong to one copy of the test graphs, and returns their state. The
 * copy's name, `life`, is part of each object's namespace or name.
 */
export function stateOf(objects: readonly KubeObject[], life: string): State {
  const token = new RegExp(`\\b([a-z]+)-${life}\\b`);
  const own = objects.filter((o) => token.test(`${o.metadata.namespace} ${o.metadata.name}`));
  const names = new Map(own.map((o) => [o.metadata.uid ?? "", `uid of ${o.kind} ${placeOf(o)}`]));
  const text = (value: string) =>
    value
      .replace(UUID, (uid) => names.get(uid) ?? "uid of something else")
      .replace(TIME, "time")
      .replace(HASH, "hash")
      .replaceAll(`-${life}`, "");
  return Object.fromEntries(
    own.map((o) => [text(`${o.kind} ${placeOf(o)}`), text(canonical(stripped(o)))]),
  );
}

/**
 * Returns a line for each difference between the expected state and the found state of the objects. A loose
 * comparison ignores generations and managed fields.
 */
export function differences(expected: State, found: State, loose = false): string[] {
  const lines: string[] = [];
  for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const [want, got] = [expected[key], found[key]].map((text) => loose ? loosened(text) : text);
    if (want === got) continue;
    if (want === undefined) lines.push(`${key} is there and should not be`);
    else if (got === undefined) lines.push(`${key} is missing`);
    else lines.push(`${key}: ${firstDifference(JSON.parse(want), JSON.parse(got), "")}`);
  }
  return lines.sort();
}

function loosened(text: string | undefined): string | undefined {
  return text &&
    JSON.stringify(JSON.parse(text, (key, value) => LOOSE.has(key) ? undefined : value));
}

const LOOSE = new Set(["generation", "observedGeneration", "managedFields"]);

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
// Matches ApplySet IDs, inventory hashes and revision hashes, which depend on object names. Each
// copy of the test graphs has its own object names and therefore its own hashes, so the hashes are
// replaced before a comparison.
const HASH = /applyset-[\w-]{43}-v1|sha256:[\w-]{43}|(?<="kro\.run\/graph-revision-hash":")[^"]+/g;

function placeOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace ? `${namespace}/${name}` : `${name}`;
}

function stripped(object: KubeObject): KubeObject {
  const { resourceVersion: _, managedFields, ...metadata } = object.metadata;
  const status = object.status as { conditions?: { type: string }[] } | undefined;
  const entries = (managedFields ?? []).map((entry) => ({ ...entry, time: undefined }));
  const sorted = entries.map(canonical).sort().map((text) => JSON.parse(text));
  // Conditions are sorted by type before the comparison, because their order depends on the order
  // of events.
  const conditions = status?.conditions?.toSorted((a, b) => a.type < b.type ? -1 : 1);
  return {
    ...object,
    metadata: { ...metadata, managedFields: sorted },
    ...(conditions && { status: { ...status, conditions } }),
  } as KubeObject;
}

/** Returns the value as JSON with sorted keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, v) =>
      v && typeof v === "object" && !Array.isArray(v)
        ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => a < b ? -1 : 1))
        : v,
  );
}

function firstDifference(want: unknown, got: unknown, path: string): string {
  if (isTree(want) && isTree(got)) {
    for (const key of new Set([...Object.keys(want), ...Object.keys(got)])) {
      if (canonical(want[key]) !== canonical(got[key])) {
        return firstDifference(want[key], got[key], `${path}.${key}`);
      }
    }
  }
  return `${path} is ${short(got)}, without the fault ${short(want)}`;
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function short(value: unknown): string {
  return (JSON.stringify(value) ?? "absent").slice(0, 300);
}
