/** Turns a node's template into an object: puts the values of expressions where they stand. */
import { isObject, type Json, type JsonObject, type KubeObject } from "../api/mod.ts";
import type { Field, FieldPath, Node } from "../graph/mod.ts";
import { fail, ok, type Result } from "./result.ts";
import type { Evaluated, Scope } from "./scope.ts";
import { encodeStringData } from "./secret.ts";

/** Takes the place of a value that `omit()` removes, until all values are in. */
const OMITTED = Symbol("omitted");

/** Fields with their values, some of them shared between the items of a collection. */
export type FieldValues = Iterable<readonly [Field, Json | undefined]>;

/** Evaluates fields of the node; the first failure ends it. */
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

/** The fault of a node whose expression failed. */
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

/** The template with the given values in place. */
export function fill(node: Node, values: FieldValues): JsonObject {
  const object = copied(node.template) as JsonObject;
  let omitted = false;
  for (const [field, value] of values) {
    setAt(object, field.path, value === undefined ? OMITTED : value);
    omitted ||= value === undefined;
  }
  // Only now, for removing list elements moves their neighbours.
  if (omitted) sweep(object);
  return object;
}

/** Resolves the one object of a node that is no collection. */
export function resolveOne(node: Node, scope: Scope): Result<JsonObject> {
  const values = evaluateFields(node, node.fields, (f) => scope.evaluate(f.expression));
  return values.ok ? ok(fill(node, values.value)) : values;
}

/**
 * Checks name and namespace of a resolved object, and brings it into the form that is stored. Namespaced objects without a namespace get the
 * instance's; objects of cluster-scoped kinds have none.
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

/** As an assignment makes a property of any other name. */
const OWN = { enumerable: true, writable: true, configurable: true };

/** JSON is copied several times as fast by hand as by structuredClone. */
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
