/** Applies one object, unless the object belongs to another ApplySet. */
import {
  ApiError,
  apiVersionOf,
  groupKind,
  isConflict,
  type KubeObject,
  Label,
  type ObjectRef,
  publicField,
  refText,
  shortened,
} from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";
import type { Applied, Cluster, RevertedField, Volatile } from "./cluster.ts";
import { refusalOf } from "./confidential.ts";
import type { ExpansionCache } from "./expansion_cache.ts";
import { type CollectionPlace, labeled, type ParentIdentity, versionOf } from "./labels.ts";
import { isMember, isTaken, type Parent } from "./membership.ts";
import type { ObjectOutcome } from "./outcome.ts";
import type { Fault, RevertNotice } from "./result.ts";

/** The result of {@link applyOwned}. */
export interface AppliedObject {
  /**
   * The live object that expressions may read. Absent when the object belongs to another ApplySet. When the
   * API server refused to update the object, `live` is present only if the object is a member of the
   * instance's ApplySet.
   */
  live?: KubeObject;
  /** What was done to the object; absent when the object could not be applied. */
  outcome?: ObjectOutcome;
  /**
   * The resourceVersion after kro's last write to the object; absent when this process has not written the
   * object.
   */
  revision?: string;
  /**
   * A message about a field of the object that another field manager keeps reverting; absent when the object
   * has no reverted field.
   */
  reverted?: RevertNotice;
  /**
   * The reason why the object is not in its desired state: the API server refused the apply, or the
   * object belongs to another ApplySet or is being deleted.
   */
  fault?: Fault;
}

/** The options of {@link applyOwned}. */
export interface ApplyOwnedOptions {
  /** The position of the object in its collection; absent when the node is not a collection. */
  place?: CollectionPlace;
  /** The live object from a list of the same pass. Passing the live object saves a GET request. */
  known?: KubeObject;
  /**
   * The fields of the object whose expressions read only resourceVersions. See {@link ApplyOptions.volatile}.
   */
  volatile?: Volatile;
  /** The cache of expanded collections. See {@link PassContext.expansions}. */
  expansions?: ExpansionCache;
}

/**
 * Applies the object of a node with kro's labels. kro adopts an existing object that belongs to no ApplySet.
 * kro does not write an object that belongs to another ApplySet or is being deleted. A refusal of the API
 * server is returned as a fault, so the promise rejects only on a programming error.
 */
export async function applyOwned(
  cluster: Cluster,
  node: Node,
  object: KubeObject,
  parent: ParentIdentity,
  options: ApplyOwnedOptions = {},
): Promise<AppliedObject> {
  const { place, known, volatile, expansions } = options;
  const ref = refOf(node, object);
  const desiredOver = (live: KubeObject | undefined) => {
    const version = versionOf(parent, live);
    const label = () => labeled(object, node, parent, version, place);
    return place && expansions ? expansions.labeled(object, version, label) : label();
  };
  let live: KubeObject | undefined;
  try {
    live = known ?? await cluster.get(ref);
    if (!live) {
      const first = await applyUnseen(cluster, ref, desiredOver(live), volatile);
      if (first) return appliedObject(node, ref, first, first.action !== "created");
      live = await cluster.getLive(ref);
    }
    const refusal = live && ownershipFault(node, live, parent);
    if (refusal) return { fault: refusal };
    const leaving = live && deletionFault(node, live);
    if (leaving) {
      const outcome = objectOutcome(ref, "deleting", live?.metadata.finalizers);
      return { live, outcome, fault: leaving };
    }
    // `live` is undefined if the first apply met a field conflict and the object was then deleted. Meanwhile
    // another client may create an object of the same name, so this apply must not force ownership.
    const force = live !== undefined;
    const result = await cluster.apply(ref, desiredOver(live), { force, volatile });
    return appliedObject(node, ref, result, isUnowned(live) && result.action !== "created");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const fault = applyFault(node, error);
    return live && fault.state === "Failed" && isMember(live, memberParent(parent))
      ? { live, fault }
      : { fault };
  }
}

/**
 * Returns the fault of an object that could not be applied. If the API server does not serve the kind of
 * the object, the state is Waiting, because the kind may be served later. Otherwise the state is Failed.
 */
export function applyFault(node: Node, error: ApiError): Fault {
  return error.isKindMissing
    ? awaitedKind(kindFault(node, error))
    : { state: "Failed", message: refusalOf(node, error), fromApply: true };
}

function awaitedKind(fault: Fault): Fault {
  return { ...fault, message: `${fault.message}; waiting for the kind`, fromApply: true };
}

/**
 * Returns the fault of a node whose kind the API server does not serve. If the error has a `code`, the API
 * server rejected a request for an object of the kind. In this case kro retries the instance, because no
 * watch reports when the kind is served.
 */
export function kindFault({ kind }: Node, { code }: ApiError): Fault {
  const message = `${apiVersionOf(kind)}, kind ${kind.kind} is not served`;
  return { state: "Waiting", message, retry: code !== undefined };
}

function memberParent({ applySetId, instance }: ParentIdentity): Parent {
  return { applySetId, instanceUid: instance.metadata.uid };
}

/** Returns the reference to an object of the node. */
export function refOf(node: Node, object: KubeObject): ObjectRef {
  const { name = "", namespace } = object.metadata;
  return { kind: node.kind, name, ...(node.kind.namespaced ? { namespace } : {}) };
}

/**
 * Returns the entry that describes an object in the outcome of a pass, with kro's action such as `created`.
 */
export function objectOutcome(
  ref: ObjectRef,
  action: ObjectOutcome["action"],
  finalizers: readonly string[] = [],
): ObjectOutcome {
  const { kind, namespace, name } = ref;
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    ...(namespace ? { namespace } : {}),
    name,
    action,
    ...(finalizers.length > 0 ? { finalizers } : {}),
  };
}

/** Returns `namespace/name` of an object, or `name` for a cluster-scoped object. */
export function shortName(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${namespace}/${name}` : `${name}`;
}

/**
 * Applies an object that the cache does not contain. The object may still exist in the cluster, so the
 * apply does not force ownership. Returns undefined after a field conflict; the caller then reads the
 * object and checks its owner.
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
    if (isConflict(error)) return undefined;
    throw error;
  }
}

function appliedObject(
  node: Node,
  ref: ObjectRef,
  result: Applied,
  adopted: boolean,
): AppliedObject {
  const outcome = objectOutcome(ref, result.action);
  if (adopted) outcome.adopted = true;
  const { object: live, revision, reverted } = result;
  return {
    live,
    outcome,
    revision,
    reverted: reverted &&
      { message: shortened(revertText(node, ref, reverted)), dueMs: reverted.dueMs },
    fault: deletionFault(node, live),
  };
}

function revertText(node: Node, ref: ObjectRef, { field: path, manager }: RevertedField): string {
  // The path may contain keys of maps and of list elements. An expression may compute these keys from the
  // value of a Secret, so a message about a confidential node shows only public paths.
  const field = node.confidential ? publicField(path) ?? "a field" : path;
  const who = manager
    ? `field manager "${manager}"`
    : "a client that the managed fields do not name";
  return `${refText(ref)}: ${who} keeps reverting ${field}; ` +
    "kro backs off repairing it until that stops";
}

function isUnowned(live: KubeObject | undefined): boolean {
  return live !== undefined && live.metadata.labels?.[Label.applySetPartOf] === undefined;
}

function ownershipFault(
  node: Node,
  live: KubeObject,
  parent: ParentIdentity,
): Fault | undefined {
  if (!isTaken(live, memberParent(parent))) return undefined;
  const owner = live.metadata.labels?.[Label.applySetPartOf];
  const what = `${shortName(live)} (${apiVersionOf(node.kind)}, Kind=${node.kind.kind})`;
  const message = `resource belongs to a different ApplySet: ${what} belongs to ApplySet ` +
    `"${owner}", cannot reassign to "${parent.applySetId}"${ownerText(live)}`;
  return { state: "Failed", message, fromApply: true };
}

/**
 * Returns the part of a message that names the instance owning the object. Returns an empty string when
 * kro's labels do not name the instance.
 */
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
