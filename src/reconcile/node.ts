/**
 * Runs one node of a graph. The steps are: check includeWhen, resolve the template, apply or read the
 * objects, and check readyWhen.
 */
import { ApiError, type KubeObject, shortened } from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";
import type { Volatile } from "./cluster.ts";
import { expand } from "./expand.ts";
import { readExternal } from "./external.ts";
import { labelsFault } from "./labels.ts";
import type { NodeContext } from "./node_context.ts";
import type { ObjectOutcome } from "./outcome.ts";
import { type AppliedObject, applyFault, applyOwned, shortName } from "./ownership.ts";
import { itemsMessage } from "./item_faults.ts";
import { included, readinessFault } from "./readiness.ts";
import {
  dataPending,
  fail,
  type Fault,
  isUsable,
  type NodeResult,
  ok,
  type Result,
} from "./result.ts";
import { addressed, resolveOne } from "./template.ts";
import { volatileOf } from "./volatile.ts";

/** Runs a node after the nodes that it depends on. The promise rejects only on a programming error. */
export async function runNode(
  node: Node,
  context: NodeContext,
  dependencies: ReadonlyMap<string, NodeResult>,
): Promise<NodeResult> {
  const result = await run(node, context, dependencies);
  const { fault } = result;
  // The message of a failed node is quoted in the messages of the nodes that depend on it. Without a limit,
  // the message would grow along a chain of nodes.
  return fault ? { ...result, fault: { ...fault, message: shortened(fault.message) } } : result;
}

async function run(
  node: Node,
  context: NodeContext,
  dependencies: ReadonlyMap<string, NodeResult>,
): Promise<NodeResult> {
  const include = included(node, context.scope, dependencies);
  if (!include.ok) return faulted(node, include.fault);
  if (!include.value) return { node, state: "Skipped", objects: [], complete: true };
  const wait = dependencyFault(node, dependencies);
  if (wait) return faulted(node, wait);
  try {
    switch (node.type) {
      case "external":
      case "externalCollection":
        return observe(context, await readExternal(node, context));
      case "resource":
      case "collection":
        return observe(context, await applyNode(node, context, volatileOf(node, dependencies)));
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return faulted(node, applyFault(node, error));
  }
}

/** Returns the result of a node that created no object because of the fault. */
function faulted(node: Node, fault: Fault): NodeResult {
  return { node, state: fault.state, fault, objects: [], complete: false };
}

function dependencyFault(
  node: Node,
  dependencies: ReadonlyMap<string, NodeResult>,
): Fault | undefined {
  for (const [id, result] of dependencies) {
    if (isUsable(result)) continue;
    const { state, fault } = result;
    const why = fault?.message ?? state;
    const message = `node "${node.id}": dependent node "${id}" not ready: ${why}`;
    return { state: "Pending", message: dataPending(message) };
  }
  return undefined;
}

/**
 * Sets the variable of the node, through which expressions of other nodes read its live objects. Then checks
 * whether the node is ready.
 */
function observe(context: NodeContext, result: NodeResult): NodeResult {
  const { node, observed } = result;
  if (!observed) return result;
  context.scope.observe(node.id, observed);
  if (result.fault && !result.usable) return result;
  if (context.assumeReady && !result.fault) return result;
  const fault = readinessFault(node, observed, context.scope.budget);
  if (result.fault) return { ...result, usable: !fault };
  return fault ? { ...result, state: fault.state, fault } : result;
}

async function applyNode(
  node: Node,
  context: NodeContext,
  volatile: Volatile | undefined,
): Promise<NodeResult> {
  const desired = resolve(node, context);
  if (!desired.ok) return faulted(node, desired.fault);
  const unlabeled = desired.value.length > 0 ? labelsFault(context.parent) : undefined;
  if (unlabeled) {
    return faulted(node, { state: "Failed", message: unlabeled, fromApply: true });
  }
  const reserved = await context.reserve(node, desired.value);
  if (reserved) return faulted(node, reserved);

  const { cluster, parent, expansions } = context;
  if (node.type === "resource") {
    return combine(node, desired.value, [
      await applyOwned(cluster, node, desired.value[0]!, parent, { volatile }),
    ]);
  }
  const size = desired.value.length;
  const live = size === 0 ? new Map<string, KubeObject>() : await liveItems(node, context);
  return combine(
    node,
    desired.value,
    await Promise.all(desired.value.map((object, index) => {
      const place = { index, size };
      const known = live.get(shortName(object));
      return applyOwned(cluster, node, object, parent, { place, known, volatile, expansions });
    })),
  );
}

function resolve(node: Node, context: NodeContext): Result<readonly KubeObject[]> {
  const { scope, parent: { instance }, maxCollectionSize, expansions } = context;
  if (node.type === "collection") {
    const known = expansions?.get(instance, node);
    if (known) return ok(known);
    const objects = expand(node, scope, instance, maxCollectionSize);
    if (objects.ok) expansions?.keep(instance, node, objects.value);
    return objects;
  }
  const object = resolveOne(node, scope);
  if (!object.ok) return object;
  const target = addressed(node, object.value, instance);
  return target.ok ? ok([target.value]) : fail(target.fault.state, target.fault.message);
}

/**
 * Returns the live objects of a collection by name, with one list request. An object that has lost kro's
 * labels is not listed, and is later read by a GET request.
 */
async function liveItems(node: Node, context: NodeContext): Promise<Map<string, KubeObject>> {
  const instanceUid = context.parent.instance.metadata.uid ?? "";
  const { kind, id: nodeId } = node;
  const items = await context.cluster.listCollection({ kind, instanceUid, nodeId });
  return new Map(items.map((i) => [shortName(i), i]));
}

/**
 * Combines the results of a node's objects into the result of the node. The failures of a collection's
 * objects become one failure of the node.
 *
 * @param desired The desired objects, in the same order as `results`.
 */
function combine(
  node: Node,
  desired: readonly KubeObject[],
  results: readonly AppliedObject[],
): NodeResult {
  const observed = results.flatMap((r) => r.live ? [r.live] : []);
  const objects: ObjectOutcome[] = results.flatMap((r) => r.outcome ? [r.outcome] : []);
  const revisions = results.flatMap((r) => r.revision ? [r.revision] : []);
  const reverted = results.flatMap((r) => r.reverted ? [r.reverted] : []);
  const faults = results.flatMap((r, index) =>
    r.fault ? [{ index, object: desired[index]!, fault: r.fault }] : []
  );
  const failed = faults.filter((f) => f.fault.state === "Failed");
  const first = failed[0] ?? faults[0];
  if (!first) {
    return { node, state: "Ready", observed, objects, revisions, reverted, complete: true };
  }
  const fault = node.type === "collection" && first.fault.state === "Failed"
    ? { ...first.fault, message: itemsMessage(failed) }
    : first.fault;
  return {
    node,
    state: fault.state,
    fault,
    objects,
    revisions,
    reverted,
    complete: false,
    // A refused update does not change the live object, so dependent nodes may still read the live object.
    usable: observed.length === results.length &&
      faults.every((f) => f.fault.fromApply === true),
    // Expressions may read a collection before all of its objects exist. If a node has a single object,
    // expressions that read the object must wait until the object exists.
    ...(observed.length > 0 || node.type === "collection" ? { observed } : {}),
  };
}
