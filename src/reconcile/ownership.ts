/** Applies one object without taking what is another instance's. */
import {
  ApiError,
  apiVersionOf,
  groupKind,
  type KubeObject,
  Label,
  type ObjectRef,
  refText,
} from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";
import type { Applied, Cluster, RevertedField, Volatile } from "./cluster.ts";
import { type CollectionPlace, labelled, type ParentIdentity } from "./labels.ts";
import type { ObjectOutcome } from "./outcome.ts";
import type { Fault, RevertNotice } from "./result.ts";

/** An object after it was applied, or as it stands when it was not. */
export interface AppliedObject {
  /** The live object, when there is one that expressions may read. */
  live?: KubeObject;
  /** What happened; absent when the object was refused and is not there. */
  outcome?: ObjectOutcome;
  /** See {@link Applied.revision}. */
  revision?: string;
  /** Another manager keeps reverting a field of it. */
  reverted?: RevertNotice;
  /** Why it was not applied. */
  fault?: Fault;
}

/** What else is known of an object that is to be applied. */
export interface ApplyMore {
  /** Where it stands in its collection. */
  place?: CollectionPlace;
  /** The object as it was listed: spares the read. */
  known?: KubeObject;
  /** See {@link ApplyOptions.volatile}. */
  volatile?: Volatile;
}

/** Reads the object, checks whose it is, and makes its fields hold. */
export async function applyOwned(
  cluster: Cluster,
  node: Node,
  object: KubeObject,
  parent: ParentIdentity,
  more: ApplyMore = {},
): Promise<AppliedObject> {
  const { place, known, volatile } = more;
  const ref = refOf(node, object);
  let live: KubeObject | undefined;
  try {
    live = known ?? await cluster.get(ref);
    if (!live) {
      const desired = labelled(object, node, parent, place, live);
      const first = await applyUnseen(cluster, ref, desired, volatile);
      if (first) return taken(node, ref, first, first.action !== "created");
      live = await cluster.getLive(ref);
    }
    const refusal = live && ownershipFault(node, live, parent);
    if (refusal) return { fault: refusal };
    const leaving = live && deletionFault(node, live);
    if (leaving) return { live, outcome: objectOutcome(ref, "deleting"), fault: leaving };
    const desired = labelled(object, node, parent, place, live);
    // Without `live` the object that was in the way has vanished: again nothing may be taken.
    const result = await cluster.apply(ref, desired, { force: live !== undefined, volatile });
    return taken(node, ref, result, isUnowned(live) && result.action !== "created");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { live, fault: { state: "Failed", message: error.message, fromApply: true } };
  }
}

/** Identity of a resolved object of the node. */
export function refOf(node: Node, object: KubeObject): ObjectRef {
  const { name = "", namespace } = object.metadata;
  return { kind: node.kind, name, ...(node.kind.namespaced ? { namespace } : {}) };
}

/** What the outcome says of an object. */
export function objectOutcome(
  ref: ObjectRef,
  action: ObjectOutcome["action"],
): ObjectOutcome {
  const { kind, namespace, name } = ref;
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    ...(namespace ? { namespace } : {}),
    name,
    action,
  };
}

/** `namespace/name`, or the name alone. */
export function shortName(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${namespace}/${name}` : `${name}`;
}

/**
 * Not in the cache is not the same as not there: without force, fields that somebody holds are
 * refused. Undefined then: the object in the way must be looked at.
 */
async function applyUnseen(
  cluster: Cluster,
  ref: ObjectRef,
  desired: KubeObject,
  volatile: Volatile | undefined,
): Promise<Applied | undefined> {
  try {
    return await cluster.apply(ref, desired, { force: false, volatile });
  } catch (error) {
    if (error instanceof ApiError && error.reason === "Conflict") return undefined;
    throw error;
  }
}

function taken(node: Node, ref: ObjectRef, result: Applied, adopted: boolean): AppliedObject {
  const outcome = objectOutcome(ref, result.action);
  if (adopted) outcome.adopted = true;
  const { object: live, revision, reverted } = result;
  return {
    live,
    outcome,
    revision,
    reverted: reverted && { message: revertText(ref, reverted), dueMs: reverted.dueMs },
    fault: deletionFault(node, live),
  };
}

function revertText(ref: ObjectRef, { field, manager }: RevertedField): string {
  const who = manager
    ? `field manager "${manager}"`
    : "somebody whom the managed fields do not name";
  return `${refText(ref)}: ${who} changes ${field} back again and again; ` +
    "kro repairs it less and less often until that ends";
}

function isUnowned(live: KubeObject | undefined): boolean {
  return live !== undefined && live.metadata.labels?.[Label.applySetPartOf] === undefined;
}

function ownershipFault(
  node: Node,
  live: KubeObject,
  parent: ParentIdentity,
): Fault | undefined {
  const owner = live.metadata.labels?.[Label.applySetPartOf];
  if (owner === undefined || owner === parent.applySetId) return undefined;
  const what = `${shortName(live)} (${apiVersionOf(node.kind)}, Kind=${node.kind.kind})`;
  const message = `resource belongs to a different ApplySet: ${what} belongs to ApplySet ` +
    `"${owner}", cannot reassign to "${parent.applySetId}"${ownerText(live)}`;
  return { state: "Failed", message, fromApply: true };
}

/** Which instance it is, where kro's labels tell. */
function ownerText({ metadata: { labels = {} } }: KubeObject): string {
  const { [Label.instanceKind]: kind, [Label.instanceName]: name } = labels;
  if (!kind || !name) return "";
  const { [Label.instanceGroup]: group = "", [Label.instanceNamespace]: namespace } = labels;
  return `; it is an object of ${groupKind({ group, kind })} ` +
    (namespace ? `${namespace}/${name}` : name);
}

function deletionFault(node: Node, live: KubeObject): Fault | undefined {
  if (live.metadata.deletionTimestamp === undefined) return undefined;
  const message = `resource "${shortName(live)}" for node "${node.id}" is currently being ` +
    "deleted; waiting for deletion to complete before continuing reconciliation";
  return { state: "Deleting", message };
}
