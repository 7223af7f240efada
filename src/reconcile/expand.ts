/**
 * Expands the forEach of a graph node to the objects of a collection. Each combination of values from the
 * forEach dimensions becomes one object.
 */
import { apiVersionOf, type Json, type KubeObject } from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";
import { fail, ok, type Result } from "./result.ts";
import { raw, type Scope } from "./scope.ts";
import { addressed, evaluateFields, evaluationFault, fill } from "./template.ts";

/** One combination of iterator values of a forEach. The keys are the names of the iterators. */
export type Combination = Readonly<Record<string, unknown>>;

/** One dimension of a forEach: the name of the iterator, and the evaluated list of values. */
interface Dimension {
  readonly variable: string;
  readonly values: readonly Json[];
}

/**
 * Evaluates the lists of all forEach dimensions, outermost dimension first. Returns a fault when an
 * expression fails or the number of combinations exceeds `limit`.
 */
export function dimensions(node: Node, scope: Scope, limit: number): Result<Dimension[]> {
  const found: Dimension[] = [];
  for (const { variable, list } of node.forEach) {
    const result = scope.evaluate(list);
    if (!result.ok) return evaluationFault(node, result, `forEach "${variable}": `);
    if (!Array.isArray(result.value)) {
      return fail("Failed", `node "${node.id}": forEach "${variable}" did not return a list`);
    }
    found.push({ variable, values: result.value });
  }
  const total = found.reduce((n, d) => n * d.values.length, 1);
  if (total > limit) {
    const message = `collection size of ${total} is over the maximum collection size of ${limit}`;
    return fail("Failed", `node "${node.id}": ${message}`);
  }
  return ok(found);
}

/** Returns all combinations of values. The last dimension varies fastest. */
export function combinations(found: readonly Dimension[]): Combination[] {
  return found.reduce<Combination[]>(
    (combined, { variable, values }) =>
      combined.flatMap((c) => values.map((v) => ({ ...c, [variable]: raw(v) }))),
    [{}],
  );
}

/**
 * Returns the objects of a collection, in the order of the combinations. Returns a fault when two objects
 * have the same name and namespace.
 *
 * @param limit The maximum number of objects in the collection.
 */
export function expand(
  node: Node,
  scope: Scope,
  instance: KubeObject,
  limit: number,
): Result<KubeObject[]> {
  const found = dimensions(node, scope, limit);
  if (!found.ok) return found;
  const iterators = node.forEach.map((d) => d.variable);
  const { shared: sharedFields = [], own: ownFields = [] } = Object.groupBy(
    node.fields,
    ({ expression: { program: { references } } }) =>
      iterators.some((i) => references.includes(i)) ? "own" : "shared",
  );
  const shared = evaluateFields(node, sharedFields, (f) => scope.evaluate(f.expression));
  if (!shared.ok) return shared;

  const objects: KubeObject[] = [];
  const seen = new Set<string>();
  const kind = `${apiVersionOf(node.kind)}/${node.kind.kind}`;
  for (const item of combinations(found.value)) {
    const own = evaluateFields(node, ownFields, (f) => scope.evaluate(f.expression, item));
    if (!own.ok) return own;
    const object = addressed(node, fill(node, [...shared.value, ...own.value]), instance);
    if (!object.ok) return object;
    const { namespace = "", name } = object.value.metadata;
    const identity = `${kind}/${namespace}/${name}`;
    if (seen.has(identity)) {
      const message = `node "${node.id}" identity collision: duplicate identity: ${identity}`;
      return fail("Failed", message);
    }
    seen.add(identity);
    objects.push(object.value);
  }
  return ok(objects);
}
