/** Finds out who has set a field of an instance: a user, a graph that contains the instance, or a default. */
import { type Json, jsonEqual, type KubeObject, Label, parseJson, valueAt } from "../../api/mod.ts";
import type { FieldPath } from "../../graph/mod.ts";
import { child, item, type Schema } from "../../openapi/mod.ts";
import { crdSchema } from "../fields.ts";
import type { Facts } from "./facts.ts";
import { type FieldOwner, fieldOwners, isKro } from "./owners.ts";

/** The annotation in which kubectl keeps the object of the last `kubectl apply`. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** The origin of a field of an instance. */
export type SpecOrigin =
  | { from: "default" | "instance" }
  | { from: "graph"; text: string }
  | { from: "managers"; owners: FieldOwner[] };

/**
 * Returns the origin of a field of the instance.
 *
 * A create or update request makes its manager the owner of the defaults too, because the API server applies
 * defaults before it computes the managed fields. A value that equals the default therefore counts as the default,
 * unless a server-side apply or the object of the last `kubectl apply` contains the field.
 */
export function specOrigin({ observation }: Facts, path: FieldPath): SpecOrigin {
  const { instance, graph } = observation;
  const owners = fieldOwners(instance, path);
  const others = owners.filter((owner) => !isKro(owner));
  const value = valueAt(instance, path) as Json | undefined;
  const initial = path[0] === "spec" ? defaultAt(crdSchema(graph.crd), path) : undefined;
  const isDefault = initial !== undefined && jsonEqual(initial, value) &&
    !others.some(({ operation }) => operation === "Apply") && !wasApplied(instance, path);
  if (isDefault) return { from: "default" };
  const parent = others.length === 0 && owners.length > 0 ? parentText(instance) : undefined;
  if (parent !== undefined) return { from: "graph", text: parent };
  return others.length > 0 ? { from: "managers", owners: others } : { from: "instance" };
}

/** Reports whether the object of the last `kubectl apply` contains the field. */
function wasApplied({ metadata }: KubeObject, path: FieldPath): boolean {
  const text = metadata.annotations?.[LAST_APPLIED];
  if (text === undefined) return false;
  try {
    return valueAt(parseJson(text), path) !== undefined;
  } catch (error) {
    // The annotation is not valid JSON, because a user has edited it.
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Returns the node that creates the instance, if the instance is an object of another instance. */
function parentText({ metadata: { labels = {} } }: KubeObject): string | undefined {
  const {
    [Label.nodeId]: node,
    [Label.instanceKind]: kind,
    [Label.instanceName]: name,
    [Label.instanceNamespace]: namespace,
  } = labels;
  if (!node || !kind || !name) return undefined;
  return `node "${node}" of ${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}

function defaultAt(schema: Schema, path: FieldPath): Json | undefined {
  let at: Schema | undefined = schema;
  for (const [index, step] of path.entries()) {
    // The default of an object may contain a value for a field below the object.
    const whole = at && index > 0 ? at.default : undefined;
    const below = whole === undefined ? undefined : valueAt(whole, path.slice(index));
    at = at && (typeof step === "number" ? item(at) : child(at, step));
    if (below !== undefined && at?.default === undefined) return below as Json;
  }
  return at?.default;
}
