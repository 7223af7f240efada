/**
 * The ApplySet inventory of an instance (KEP-3659): the kinds and namespaces in which the instance has
 * objects.
 */
import { createHash } from "node:crypto";
import { Annotation, groupKind, type KindRef, type KubeObject, Label } from "../api/mod.ts";

/** The kinds and namespaces in which an ApplySet has members (KEP-3659). */
export interface Inventory {
  /** The kinds in the form `Kind.group`, or `Kind` for the core group. */
  kinds: ReadonlySet<string>;
  /** The namespaces other than the namespace of the instance. */
  namespaces: ReadonlySet<string>;
}

/**
 * The maximum number of kinds in an inventory. A user who may edit an instance can forge an inventory with
 * thousands of kinds, and each kind costs requests. The kinds of earlier graphs must still be searched for
 * objects, so kro cannot simply ignore kinds that the present graph does not use.
 */
export const MAX_KINDS = 512;

/**
 * Returns the reason why an inventory has too many kinds; undefined when the number is allowed.
 */
export function tooManyKinds({ kinds }: Inventory): string | undefined {
  if (kinds.size <= MAX_KINDS) return undefined;
  return `the annotation ${Annotation.groupKinds} lists ${kinds.size} kinds, at most ${MAX_KINDS} are ` +
    "allowed; remove the kinds of which the instance has no objects";
}

/**
 * Returns the id of the instance's ApplySet, `applyset-<hash>-v1`. As defined by KEP-3659, the hash is
 * computed from the name, namespace, kind and API group of the instance.
 */
export function applySetId(kind: KindRef, instance: KubeObject): string {
  const { name = "", namespace = "" } = instance.metadata;
  const parent = `${name}.${namespace}.${kind.kind}.${kind.group}`;
  return `applyset-${sha256(parent)}-v1`;
}

/**
 * Returns the hash that kro stores with an inventory, in the form `sha256:<hex>`. If the stored hash differs
 * from the hash of the present annotations, another client has edited the annotations.
 *
 * @param id The id of the ApplySet.
 * @param kinds The value of the annotation that lists the kinds.
 * @param namespaces The value of the annotation that lists the namespaces.
 */
export function inventoryHash(id: string, kinds: string, namespaces: string): string {
  return `sha256:${sha256(`${id}\0${kinds}\0${namespaces}`)}`;
}

/**
 * Returns the namespace of the instance, or `default` for a cluster-scoped instance. This namespace is
 * searched for objects even if the inventory does not list it.
 */
export function parentNamespace(instance: KubeObject): string {
  return instance.metadata.namespace || "default";
}

/** Returns the annotations that store an inventory. */
export function inventoryAnnotations(id: string, inventory: Inventory): Record<string, string> {
  const kinds = [...inventory.kinds].sort().join(",");
  const namespaces = [...inventory.namespaces].sort().join(",");
  return {
    [Annotation.groupKinds]: kinds,
    [Annotation.namespaces]: namespaces,
    [Annotation.inventoryHash]: inventoryHash(id, kinds, namespaces),
  };
}

/**
 * Parses the inventory in the annotations of the instance. A missing annotation counts as an empty list.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readInventory } from "./mod.ts";
 *
 * const annotations = { "applyset.kubernetes.io/contains-group-kinds": "ConfigMap,Deployment.apps" };
 * const shop = { apiVersion: "kro.run/v1alpha1", kind: "Shop", metadata: { name: "a", annotations } };
 * assert.ok(readInventory(shop).kinds.has("Deployment.apps"));
 * ```
 */
export function readInventory(instance: KubeObject): Inventory {
  const annotations = instance.metadata.annotations ?? {};
  return {
    kinds: new Set(entries(annotations[Annotation.groupKinds])),
    namespaces: new Set(entries(annotations[Annotation.namespaces])),
  };
}

/** Reports whether the instance has any label or annotation of an ApplySet. */
export function hasInventory(instance: KubeObject): boolean {
  const { labels = {}, annotations = {} } = instance.metadata;
  return Label.applySetId in labels || Annotation.tooling in annotations ||
    Annotation.groupKinds in annotations || Annotation.namespaces in annotations;
}

/**
 * Returns the reason why the inventory of the instance cannot be trusted; undefined when the inventory is
 * valid.
 */
export function inventoryFault(kind: KindRef, instance: KubeObject): string | undefined {
  const { labels = {}, annotations = {} } = instance.metadata;
  const id = applySetId(kind, instance);
  const { [Annotation.groupKinds]: kinds, [Annotation.namespaces]: namespaces } = annotations;
  const hash = annotations[Annotation.inventoryHash];
  const want = inventoryHash(id, kinds ?? "", namespaces ?? "");
  // The hash covers the computed id and both lists. If the stored hash matches, the lists are intact, even if
  // another client edited the label with the id or removed the tooling annotation.
  const isIntact = kinds !== undefined && namespaces !== undefined && hash === want;
  if (labels[Label.applySetId] !== id && !isIntact) {
    return `invalid ${Label.applySetId} label: got "${
      labels[Label.applySetId] ?? ""
    }", want "${id}"`;
  }
  const tooling = annotations[Annotation.tooling] ?? (isIntact ? "kro/" : "");
  if (!tooling.startsWith("kro/")) {
    return `invalid ${Annotation.tooling} annotation: "${tooling}" is not kro's`;
  }
  const lists = [
    { key: Annotation.groupKinds, form: GROUP_KIND },
    { key: Annotation.namespaces, form: NAMESPACE },
  ];
  for (const { key, form } of lists) {
    const text = annotations[key];
    if (text === undefined) return `invalid ${key} annotation: it is missing`;
    const bad = text === "" ? undefined : text.split(",").find((e) => !form.test(e));
    if (bad !== undefined) return `invalid ${key} annotation: "${bad}"`;
  }
  const excess = tooManyKinds(readInventory(instance));
  if (excess) return excess;
  if (hash !== undefined && hash !== want) {
    return `invalid ${Annotation.inventoryHash} annotation: got "${hash}", want "${want}"`;
  }
  return undefined;
}

/** Splits a kind of an inventory, such as `Deployment.apps` or `ConfigMap`, into API group and kind. */
export function splitGroupKind(text: string): { group: string; kind: string } {
  const dot = text.indexOf(".");
  return dot < 0
    ? { group: "", kind: text }
    : { group: text.slice(dot + 1), kind: text.slice(0, dot) };
}

/**
 * Adds the kind and namespace of an object to an inventory. The namespace of the instance is not added,
 * because every search of the inventory includes that namespace. A namespace with an invalid name is not
 * added either: such a namespace cannot contain objects, and {@link inventoryFault} would refuse the
 * inventory.
 */
export function addObject(
  to: { kinds: Set<string>; namespaces: Set<string> },
  kind: { group: string; kind: string },
  namespace: string | undefined,
  instance: KubeObject,
): void {
  to.kinds.add(groupKind(kind));
  if (!namespace || namespace === instance.metadata.namespace || !NAMESPACE.test(namespace)) return;
  to.namespaces.add(namespace);
}

/** Returns the union of two inventories. */
export function union(a: Inventory, b: Inventory): Inventory {
  return { kinds: a.kinds.union(b.kinds), namespaces: a.namespaces.union(b.namespaces) };
}

/** Reports whether inventory `a` contains all kinds and namespaces of inventory `b`. */
export function covers(a: Inventory, b: Inventory): boolean {
  return b.kinds.isSubsetOf(a.kinds) && b.namespaces.isSubsetOf(a.namespaces);
}

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const NAMESPACE = new RegExp(`^${LABEL}$`);
const GROUP_KIND = new RegExp(`^[A-Za-z][A-Za-z0-9-]*(\\.${LABEL}(\\.${LABEL})*)?$`);

function entries(text: string | undefined): string[] {
  return (text ?? "").split(",").filter((e) => e !== "");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
