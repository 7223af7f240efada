/** Resolves a node's template: replaces its expressions by their values. */
import { isObject, type Json, type JsonObject, type KubeObject } from "../api/mod.ts";
import type { Field, FieldPath, Node } from "../graph/mod.ts";
import { fail, ok, type Result } from "./result.ts";
import type { Evaluated, Scope } from "./scope.ts";
import { encodeStringData } from "./secret.ts";

/** Marks a field that `omit()` removes, until all values are set. */
const OMITTED = Symbol("omitted");

/** Fields with their values. The items of a collection share the values that depend on no iterator. */
export type FieldValues = Iterable<readonly [Field, Json | undefined]>;

/** Evaluates fields of the node; stops at the first failure. */
export function evaluateFields(
  node: Node,
  fields: readonly Field[],
  evaluate: (field: Field) => Evaluated,
): Result<Map<Field, Json | undefined>> {
  const values = new Map<Field, Json | undefined>();
  for (const field of fields) {
    const result = evaluate(field);
    if (!result.ok) return evaluationFault(node, result);
    values.set(field, result.value);
  }
  return ok(values);
}

/** The fault of a node whose expression failed: Pending if data is missing, Failed otherwise. */
export function evaluationFault(
  node: Node,
  result: Extract<Evaluated, { ok: false }>,
  prefix = "failed to evaluate expression: ",
): { ok: false; fault: { state: "Pending" | "Failed"; message: string } } {
  const message = `node "${node.id}": ${prefix}${result.message}`;
  return result.pending
    ? { ok: false, fault: { state: "Pending", message: `${message} (data pending)` } }
    : { ok: false, fault: { state: "Failed", message } };
}

/** A copy of the template with these values. */
export function fill(node: Node, values: FieldValues): JsonObject {
  const object = copied(node.template) as JsonObject;
  let omitted = false;
  for (const [field, value] of values) {
    setAt(object, field.path, value === undefined ? OMITTED : value);
    omitted ||= value === undefined;
  }
  // Last, because removing a list element shifts the indexes of those after it.
  if (omitted) sweep(object);
  return object;
}

/** Resolves the object of a node that is not a collection. */
export function resolveOne(node: Node, scope: Scope): Result<JsonObject> {
  const values = evaluateFields(node, node.fields, (f) => scope.evaluate(f.expression));
  return values.ok ? ok(fill(node, values.value)) : values;
}

/**
 * Checks the name of a resolved object and sets its namespace: the instance's by default, and no namespace
 * for cluster-scoped kinds. Converts Secrets to their stored form.
 */
export function addressed(
  node: Node,
  object: JsonObject,
  instance: KubeObject,
): Result<KubeObject> {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const { name, namespace, ...rest } = metadata;
  if (typeof name !== "string" || name === "") {
    const why = rest.generateName === undefined
      ? "is empty"
      : "must be given: objects are found again by name, so generateName is not supported";
    return fail("Failed", `node "${node.id}": metadata.name ${why}`);
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

function stored(object: JsonObject): KubeObject {
  return encodeStringData(object as unknown as KubeObject);
}

/** The attributes of a property created by an assignment, for defineProperty: a key may be `__proto__`. */
const OWN = { enumerable: true, writable: true, configurable: true };

/** A deep copy of JSON, several times as fast as structuredClone. */
function copied(value: Json): Json {
  if (Array.isArray(value)) return value.map(copied);
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) {
    if (key !== "__proto__") copy[key] = copied(value[key]!);
    else Object.defineProperty(copy, key, { ...OWN, value: copied(value[key]!) });
  }
  return copy;
}

function setAt(root: JsonObject, path: FieldPath, value: Json | typeof OMITTED): void {
  let at: unknown = root;
  for (const step of path.slice(0, -1)) at = (at as Record<string | number, unknown>)[step];
  (at as Record<string | number, unknown>)[path.at(-1)!] = value;
}

function sweep(value: unknown): void {
  if (Array.isArray(value)) {
    const kept = value.filter((e) => e !== OMITTED);
    if (kept.length < value.length) value.splice(0, value.length, ...kept);
    value.forEach(sweep);
  } else if (isObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      if (child as unknown === OMITTED) delete value[key];
      else sweep(child);
    }
  }
}
