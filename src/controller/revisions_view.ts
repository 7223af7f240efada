/** Compares the revisions of a graph for the JSON API. */
import {
  type GraphRevision,
  isObject,
  type JsonObject,
  type KubeObject,
  pathText,
} from "../api/mod.ts";
import { hiddenSecret } from "./definition.ts";
import { differences } from "../explain/mod.ts";

/** A revision of a graph, as the JSON API shows it. */
export interface RevisionView {
  /** The number of the revision. */
  revision: number;
  /** The time at which the revision was created, in RFC 3339 format. */
  created: string;
  /** The spec of the RGD in this revision. */
  spec: Record<string, unknown>;
  /** The ids of the nodes that each node depends on, as the compiler found them. */
  dependencies: Record<string, string[]>;
  /** The differences from the previous revision; empty for the oldest revision. */
  changes: RevisionChange[];
}

/** A difference between two revisions. */
export interface RevisionChange {
  /** The path of the field. The id of a resource stands for its index, as in `spec.resources.web.template`. */
  path: string;
  /** The value in the previous revision; absent if the field is new. */
  old?: unknown;
  /** The value in this revision; absent if the field was removed. */
  new?: unknown;
}

/** The nodes of the graph that kro serves at present. */
export interface ServedNodes {
  /** The number of the served revision; absent if it is not known. */
  revision?: number;
  /** The ids of the nodes, each with the ids of the nodes that it depends on. */
  nodes: readonly { id: string; dependencies: string[] }[];
}

/**
 * Returns the revisions with their differences, the newest first.
 *
 * @param served The graph that kro serves at present. kro writes the status of a revision, which has its
 * dependencies, after it serves the revision. Until then, the dependencies come from this graph.
 */
export function revisionViews(
  items: readonly KubeObject[],
  served?: ServedNodes,
): RevisionView[] {
  const sorted = items
    .map((item) => ({ item, ...contentOf(item) }))
    .sort((a, b) => a.revision - b.revision);
  return sorted.map(({ item, revision, spec }, i) => ({
    revision,
    created: String(item.metadata.creationTimestamp ?? ""),
    spec,
    dependencies: dependenciesOf(item as GraphRevision, served),
    changes: i === 0 ? [] : changesOf(sorted[i - 1]!.spec, spec),
  })).reverse();
}

function contentOf({ spec }: KubeObject): { revision: number; spec: Record<string, unknown> } {
  const content = isObject(spec) ? spec : {};
  const snapshot = isObject(content.snapshot) ? content.snapshot : {};
  const declared = isObject(snapshot.spec) ? snapshot.spec : {};
  const resources = Array.isArray(declared.resources) ? declared.resources.filter(isObject) : [];
  return {
    revision: Number(content.revision ?? 0),
    spec: { ...declared, resources: resources.map(withoutSecretValues) },
  };
}

/** Returns the dependencies of a revision; empty if they are not known yet. */
function dependenciesOf(
  { spec, status }: GraphRevision,
  served: ServedNodes | undefined,
): Record<string, string[]> {
  if (!status?.resources && served?.revision === spec.revision) {
    return Object.fromEntries(served.nodes.map(({ id, dependencies }) => [id, dependencies]));
  }
  return Object.fromEntries(
    (status?.resources ?? []).map(({ id, dependencies }) => [id, dependencies.map(({ id }) => id)]),
  );
}

/** Hides the literal values of the template of a Secret. */
function withoutSecretValues(resource: JsonObject): JsonObject {
  const { template } = resource;
  if (!isObject(template) || template.kind !== "Secret") return resource;
  return { ...resource, template: hiddenSecret(template) };
}

function changesOf(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): RevisionChange[] {
  const object = ({ resources, ...spec }: Record<string, unknown>) => ({
    apiVersion: "",
    kind: "",
    metadata: {},
    spec: { ...spec, resources: byId(resources as JsonObject[]) },
  } as unknown as KubeObject);
  return differences(object(before), object(after)).map((change) => ({
    path: pathText(change.path),
    ...(change.old !== undefined && { old: change.old }),
    ...(change.new !== undefined && { new: change.new }),
  }));
}

/**
 * Returns an object that contains each resource under its id. The comparison then pairs resources with the
 * same id, even if their order has changed.
 */
function byId(resources: readonly JsonObject[]): JsonObject {
  return Object.fromEntries(resources.map(({ id, ...resource }) => [String(id), resource]));
}
