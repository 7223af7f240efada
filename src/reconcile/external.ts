/**
 * Reads the objects of external references. These objects are selected by name or by label selector, and
 * kro never writes them.
 */
import { ApiError, isObject, type KubeObject, WITHHELD } from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";
import type { NodeContext } from "./node_context.ts";
import { kindFault, objectOutcome, refOf } from "./ownership.ts";
import type { Fault, NodeResult } from "./result.ts";
import { selectorText } from "./selector.ts";
import { addressed, resolveOne } from "./template.ts";

/**
 * Reads the objects that an external reference names or selects. Rejects with ApiError when a request
 * fails, except when the API server does not serve the kind.
 */
export async function readExternal(node: Node, context: NodeContext): Promise<NodeResult> {
  try {
    return await read(node, context);
  } catch (error) {
    if (!(error instanceof ApiError) || !error.isKindMissing) throw error;
    return missing(node, kindFault(node, error));
  }
}

async function read(node: Node, context: NodeContext): Promise<NodeResult> {
  const target = resolveOne(node, context.scope);
  if (!target.ok) return missing(node, target.fault);
  if (node.type === "externalCollection") {
    const metadata = isObject(target.value.metadata) ? target.value.metadata : {};
    const selector = selectorText(metadata.selector);
    if (!selector.ok) {
      const message = `invalid label selector for ${node.id}: ${
        node.confidential ? WITHHELD : selector.message
      }`;
      return missing(node, { state: "Failed", message });
    }
    const namespace = node.kind.namespaced && typeof metadata.namespace === "string"
      ? metadata.namespace || undefined
      : undefined;
    const selection = { kind: node.kind, namespace, labelSelector: selector.text };
    return found(node, await context.cluster.listExternal(selection));
  }
  const named = addressed(node, target.value, context.parent.instance);
  if (!named.ok) return missing(node, named.fault);
  const object = await context.cluster.getExternal(refOf(node, named.value));
  return object ? found(node, [object]) : missing(node, { state: "Waiting", message: "not found" });
}

function found(node: Node, observed: KubeObject[]): NodeResult {
  const objects = observed.map((o) => objectOutcome(refOf(node, o), "observed"));
  return { node, state: "Ready", observed, objects, complete: true };
}

/**
 * Returns the result of an external reference whose objects could not be read. If an object does not exist
 * yet, `complete` is true, so that a missing external object does not prevent pruning. After any other fault
 * `complete` is false.
 */
function missing(node: Node, fault: Fault): NodeResult {
  return { node, state: fault.state, fault, objects: [], complete: fault.state === "Waiting" };
}
