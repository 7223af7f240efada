/**
 * Replaces the values of Secrets, and the values that are computed from them, in the objects of a record. A
 * record is a file in which `kro record` stores a pass over an instance.
 */
import {
  Annotation,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  type ManagedFieldsEntry,
} from "../../api/mod.ts";
import type { FieldPath, Graph, Node } from "../../graph/mod.ts";
import { isOwnKey } from "../plan/change.ts";

/** Returns the replacement of a secret value, such as an HMAC. */
export type Hide = (value: Json) => string;

/** Returns a masked value; `path` leads from the object to the value. */
type Change = (value: Json, path: FieldPath) => Json;

/** The fields of an object's metadata that never contain the value of a Secret. */
const PUBLIC_METADATA: ReadonlySet<string> = new Set([
  "creationTimestamp",
  "deletionTimestamp",
  "finalizers",
  "generation",
  "name",
  "namespace",
  "ownerReferences",
  "resourceVersion",
  "uid",
]);

/** The fields of a condition in a status that never contain the value of a Secret. */
const PUBLIC_STATUS = new Set(["type", "status", "reason", "lastTransitionTime", "phase"]);

/** Masks the objects of a pass over an instance of one graph. */
export class SecretMask {
  readonly #graph: Graph;
  readonly #hide: Hide;
  readonly #isWhole: boolean;

  /**
   * Creates the mask.
   *
   * @param graph The graph of the instance.
   * @param hide Returns the replacement of a value. Equal values have equal replacements.
   * @param isWhole Whether the instance is an object of another instance, whose graph may have computed all
   * of its fields from Secrets. All values that expressions compute are then replaced.
   */
  constructor(graph: Graph, hide: Hide, isWhole: boolean) {
    this.#graph = graph;
    this.#hide = hide;
    this.#isWhole = isWhole;
  }

  /**
   * Returns a copy of an object of the cluster. In a Secret and in an object whose node is confidential, every
   * string is replaced, except names, kro's labels and the types of conditions. Numbers and booleans are
   * replaced if an expression with a confidential input computes them. Other objects are returned unchanged.
   *
   * @param node The node that computes the object; absent when no node does.
   */
  object(object: KubeObject, node: Node | undefined): KubeObject {
    if (!isSecret(object) && !node?.confidential && !(node && this.#isWhole)) return object;
    const paths = (node?.fields ?? []).filter(({ expression }) => this.#isSecret(expression.nodes))
      .map(({ path }) => path);
    const isComputed = (path: FieldPath) => paths.some((computed) => isBelow(path, computed));
    return this.#masked(object, (value, path) => {
      const isText = typeof value === "string" && !isPublicStatus(path);
      return isText || isComputed(path) ? this.#hidden(object, value, path) : value;
    });
  }

  /**
   * Returns a copy of the instance in which the status fields that are computed from Secrets are replaced. If
   * another instance computed the whole instance from Secrets, all scalars of the spec and the status are
   * replaced.
   */
  instance(instance: KubeObject): KubeObject {
    if (this.#isWhole) return this.#masked(instance, (value) => this.#hide(value));
    const { fields, conditions } = this.#graph.status;
    const paths = fields.filter(({ expression }) => this.#isSecret(expression.nodes))
      .map(({ path }) => path);
    const isAuthored = conditions.some(({ nodes }) => this.#isSecret(nodes));
    if (paths.length === 0 && !isAuthored) return instance;
    const { status } = instance;
    const masked = changed(status as Json, [], (value, path) => {
      const isText = isAuthored && path[0] === "conditions" && !isPublicStatus(path);
      return isText || paths.some((secret) => isBelow(path, secret)) ? this.#hide(value) : value;
    });
    return { ...instance, status: masked };
  }

  /** Whether an expression that reads these nodes may return a value of a Secret. */
  #isSecret(ids: readonly string[]): boolean {
    return this.#isWhole || ids.some((id) => this.#graph.nodes.get(id)?.confidential);
  }

  #hidden(object: KubeObject, value: Json, path: FieldPath): Json {
    const isEncoded = isSecret(object) && path[0] === "data";
    return isEncoded ? btoa(this.#hide(value)) : this.#hide(value);
  }

  #masked(object: KubeObject, change: Change): KubeObject {
    const { apiVersion, kind, type, immutable, metadata, ...content } = object;
    return {
      apiVersion,
      kind,
      ...(type !== undefined && { type }),
      ...(immutable !== undefined && { immutable }),
      metadata: maskedMetadata(metadata, (value) => this.#hide(value)),
      ...changed(content as JsonObject, [], change) as JsonObject,
    };
  }
}

/**
 * Returns the ids of the nodes whose results differ in a replay of the record. These nodes depend on values
 * of Secrets, and the record contains only replacements of these values.
 */
export function unreproducible(graph: Graph): string[] {
  return [...graph.nodes.values()].filter((node) => {
    const { confidential, dependencies, readyWhen, kind } = node;
    if (!confidential) return false;
    const isSecretKind = kind.group === "" && kind.kind === "Secret";
    return !isSecretKind || readyWhen.length > 0 ||
      dependencies.some((id) => graph.nodes.get(id)?.confidential);
  }).map(({ id }) => id);
}

/**
 * Returns a copy of an RGD without managed fields and without the annotation of `kubectl apply`, in which the
 * literal values in the templates of Secrets are replaced. Strings with expressions are kept.
 */
export function maskedRgd(rgd: KubeObject, hide: Hide): KubeObject {
  const { managedFields: _, annotations = {}, ...metadata } = rgd.metadata;
  const { [Annotation.lastApplied]: _applied, ...kept } = annotations;
  const spec = isObject(rgd.spec) ? rgd.spec : {};
  const resources = Array.isArray(spec.resources) ? spec.resources : [];
  return {
    ...rgd,
    metadata: { ...metadata, ...(Object.keys(kept).length > 0 && { annotations: kept }) },
    spec: { ...spec, resources: resources.map((node) => maskedNode(node, hide)) },
  };
}

function maskedNode(node: Json, hide: Hide): Json {
  if (!isObject(node) || !isObject(node.template) || !isSecret(node.template)) return node;
  const { data, stringData, ...template } = node.template;
  const isLiteral = (value: Json) => !(typeof value === "string" && value.includes("${"));
  const masked = (map: Json, encode: (text: string) => string) =>
    changed(map, [], (value) => isLiteral(value) ? encode(hide(value)) : value);
  return {
    ...node,
    template: {
      ...template,
      ...(data !== undefined && { data: masked(data, btoa) }),
      ...(stringData !== undefined && { stringData: masked(stringData, (text) => text) }),
    },
  };
}

function isSecret({ apiVersion, kind }: JsonObject | KubeObject): boolean {
  return kind === "Secret" && apiVersion === "v1";
}

function maskedMetadata(metadata: KubeObject["metadata"], hide: Hide): KubeObject["metadata"] {
  const hideMap = (map: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(map).map(([key, value]) => [key, isOwnKey(key) ? value : hide(value)]),
    );
  const { labels, annotations, managedFields } = metadata;
  return {
    ...Object.fromEntries(Object.entries(metadata).filter(([key]) => PUBLIC_METADATA.has(key))),
    ...(labels && { labels: hideMap(labels) }),
    ...(annotations && { annotations: hideMap(annotations) }),
    ...(managedFields && { managedFields: managedFields.map(ofLabels) }),
  };
}

/**
 * Returns a managed-fields entry with the owned labels only. The names of other owned fields may contain
 * values, such as `v:"value"` for an element of a list of type `set`.
 */
function ofLabels({ fieldsV1, ...entry }: ManagedFieldsEntry): ManagedFieldsEntry {
  const metadata = fieldsV1?.["f:metadata"];
  const labels = isObject(metadata) ? metadata["f:labels"] : undefined;
  const owned: JsonObject = labels === undefined ? {} : { "f:metadata": { "f:labels": labels } };
  return { ...entry, fieldsV1: owned };
}

function isPublicStatus(path: FieldPath): boolean {
  return path[0] === "status" && PUBLIC_STATUS.has(String(path.at(-1))) ||
    path[0] === "conditions" && PUBLIC_STATUS.has(String(path.at(-1)));
}

/** Whether a path equals `above` or continues it. Indexes of lists are not compared. */
function isBelow(path: FieldPath, above: FieldPath): boolean {
  return above.every((step, i) =>
    typeof step === "number" ? typeof path[i] === "number" : path[i] === step
  );
}

/** Returns a copy of a value in which `change` replaced each scalar except null. */
function changed(value: Json, path: FieldPath, change: Change): Json {
  if (value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map((item, i) => changed(item, [...path, i], change));
  if (!isObject(value)) return change(value, path);
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      part === undefined ? part : changed(part, [...path, key], change),
    ]),
  );
}
