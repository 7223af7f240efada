/** Resolves the template of a graph node: replaces the expressions in the template by their values. */
import {
  copyOf,
  deeperThan,
  define,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  MAX_VALUE_DEPTH,
  ownValue,
  pathText,
} from "../api/mod.ts";
import type { Field, FieldPath, Node } from "../graph/mod.ts";
import { failureOf } from "./confidential.ts";
import { dataPending, fail, ok, type Result } from "./result.ts";
import { withoutAbsent } from "./absent_optionals.ts";
import type { Evaluated, Scope } from "./scope.ts";
import { encodeStringData } from "./secret.ts";

/**
 * Marks a list element whose expression returned `omit()`. The element is removed after all fields are set.
 */
const OMITTED = Symbol("omitted");

/**
 * Pairs of a field and the value of the field's expression. If an expression reads no forEach iterator, all
 * objects of the collection share the value of the expression.
 */
export type FieldValues = Iterable<readonly [Field, Json | undefined]>;

/** Evaluates the expressions of fields, and stops at the first failure. */
export function evaluateFields(
  node: Node,
  fields: readonly Field[],
  evaluate: (field: Field) => Evaluated,
): Result<Map<Field, Json | undefined>> {
  const values = new Map<Field, Json | undefined>();
  for (const field of fields) {
    const result = evaluate(field);
    if (!result.ok) return evaluationFault(node, result);
    if (typeof result.value === "object" && deeperThan(result.value, MAX_VALUE_DEPTH)) {
      const at = pathText(field.path, () => false);
      return fail("Failed", `node "${node.id}": ${at} is nested too deeply to be compared`);
    }
    const { value, absent } = result;
    values.set(field, absent ? withoutAbsent(node, field.path, value, absent) : value);
  }
  return ok(values);
}

/**
 * Returns the fault of a node whose expression failed. The state is Pending when data is missing, otherwise
 * Failed.
 */
export function evaluationFault(
  node: Node,
  result: Extract<Evaluated, { ok: false }>,
  prefix = "failed to evaluate expression: ",
): { ok: false; fault: { state: "Pending" | "Failed"; message: string } } {
  // The message may be shown even for a confidential node, because a field that is missing in the instance
  // has no value to quote.
  const why = result.fromInstance ? result.message : failureOf(node, result);
  const message = `node "${node.id}": ${prefix}${why}`;
  // The suffix `(data pending)` announces that kro waits for data of other objects. Missing data of the
  // instance arrives only when a user changes the instance, so the message has no such suffix.
  const waiting = result.fromInstance ? message : dataPending(message);
  return result.pending
    ? { ok: false, fault: { state: "Pending", message: waiting } }
    : { ok: false, fault: { state: "Failed", message } };
}

/**
 * Returns the node's template in which the fields have these values. Only the lists and objects on the paths
 * of the fields are copied. The result shares all other parts with the template.
 */
export function fill(node: Node, values: FieldValues): JsonObject {
  const object = copyOf(node.template);
  const copies = new Set<unknown>([object]);
  const shortened = new Set<Json[]>();
  for (const [{ path }, value] of values) {
    const container = containerAt(object, path, copies);
    const step = path.at(-1)!;
    if (value !== undefined) define(container, step, value);
    else if (!Array.isArray(container)) delete container[step];
    else {
      define(container, step, OMITTED);
      shortened.add(container);
    }
  }
  // List elements are removed after all values are set, because removing an element shifts the indexes of
  // later elements.
  for (const list of shortened) removeOmitted(list);
  return object;
}

/**
 * Returns the list or object that contains the last step of a path. Each list or object on the path that is
 * not in `copies` is replaced by a copy, which is added to `copies`.
 */
function containerAt(root: JsonObject, path: FieldPath, copies: Set<unknown>): JsonObject | Json[] {
  let at: JsonObject | Json[] = root;
  for (let i = 0; i < path.length - 1; i++) {
    let below = ownValue(at, path[i]!) as JsonObject | Json[];
    if (!copies.has(below)) {
      below = Array.isArray(below) ? below.slice() : copyOf(below);
      copies.add(below);
      define(at, path[i]!, below);
    }
    at = below;
  }
  return at;
}

/** Resolves the object of a node that is not a collection. */
export function resolveOne(node: Node, scope: Scope): Result<JsonObject> {
  const values = evaluateFields(node, node.fields, (f) => scope.evaluate(f.expression));
  return values.ok ? ok(fill(node, values.value)) : values;
}

/**
 * Checks the name, labels and annotations of an object, and sets its namespace. The default namespace is that of
 * the instance. An object of a cluster-scoped kind gets no namespace. A Secret is converted to its stored form.
 */
export function addressed(
  node: Node,
  object: JsonObject,
  instance: KubeObject,
): Result<KubeObject> {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const { name, namespace, ...rest } = metadata;
  if (typeof name !== "string" || name === "") {
    return fail("Failed", `node "${node.id}": metadata.name is empty`);
  }
  for (const field of ["labels", "annotations"] as const) {
    if (isMapOfStrings(metadata[field])) continue;
    return fail("Failed", `node "${node.id}": metadata.${field} is not a map of strings`);
  }
  if (!node.kind.namespaced) {
    return ok(stored({ ...object, metadata: { name, ...rest } }));
  }
  const target = namespace || instance.metadata.namespace;
  if (typeof target !== "string" || target === "") {
    return fail(
      "Failed",
      `node "${node.id}" is namespaced and must resolve metadata.namespace when the instance is cluster-scoped`,
    );
  }
  return ok(stored({ ...object, metadata: { name, namespace: target, ...rest } }));
}

/** Whether the value is an object of strings. A value that is null counts as absent. */
function isMapOfStrings(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (!isObject(value)) return false;
  for (const key in value) {
    if (typeof value[key] !== "string" && value[key] !== null) return false;
  }
  return true;
}

function stored(object: JsonObject): KubeObject {
  return encodeStringData(object as unknown as KubeObject);
}

function removeOmitted(list: unknown[]): void {
  const kept = list.filter((element) => element !== OMITTED);
  for (const [index, element] of kept.entries()) list[index] = element;
  list.length = kept.length;
}
