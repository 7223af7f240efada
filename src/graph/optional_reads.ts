/**
 * Warns about expressions that read an optional field of the instance without testing whether the field
 * exists.
 */
import type { Problem } from "../api/mod.ts";
import { type CelType, escapeName, fieldReads } from "../cel/mod.ts";
import { type Schema, schemasWithin } from "../openapi/mod.ts";
import { elementOf } from "./check.ts";
import { rootOf } from "./read_node.ts";
import { scan } from "./scan.ts";
import { below } from "./template.ts";
import type { Expression, Graph, Node } from "./types.ts";

/**
 * Returns warnings (code `OPTIONAL`) about nodes whose expressions read an optional field without a default.
 * If an instance does not set the field, kro never creates the node's objects. No warning is returned if the
 * same expression tests whether the field exists, or if an includeWhen expression of the node or of its
 * dependencies tests this. An expression of the status causes no warning: if the field is missing, kro leaves
 * out only the status field of that expression.
 *
 * @example
 * ```ts
 * import type { Graph } from "./mod.ts";
 * import { optionalReads } from "./mod.ts";
 *
 * function warnings(graph: Graph): string[] {
 *   return optionalReads(graph).map(({ node, message }) => `${node}: ${message}`);
 * }
 * ```
 */
export function optionalReads(graph: Graph): Problem[] {
  const own = schemasOfSpec(graph.instance.celType);
  const variables: Record<string, CelType> = { schema: graph.instance.celType };
  for (const node of graph.nodes.values()) variables[node.id] = node.celType;
  const tested = new Map<string, ReadonlySet<string>>();
  const found: Problem[] = [];
  for (const node of graph.nodes.values()) {
    const walk = new Walk(node, variables, own, node.dependencies.map((id) => tested.get(id)!));
    node.includeWhen.forEach((e, i) => walk.condition(e, `includeWhen[${i}]`));
    node.forEach.forEach(({ variable, list }, i) => walk.visit(list, `forEach[${i}].${variable}`));
    const root = rootOf(node.type);
    for (const { path, expression } of node.fields) walk.visit(expression, below(root, path), true);
    tested.set(node.id, walk.tested);
    for (const problem of walk.found) found.push(problem);
  }
  return found;
}

/** Returns the schema of the instance's spec, and all schemas within that schema. */
function schemasOfSpec(instance: CelType): ReadonlySet<Schema> {
  const spec = instance.kind === "struct" ? instance.schema.properties?.spec : undefined;
  return new Set(spec && schemasWithin(spec));
}

/** Collects the warnings of one node. Each field causes at most one warning. */
class Walk {
  readonly found: Problem[] = [];
  /**
   * The fields whose existence was tested by an includeWhen expression of the node or of its dependencies.
   */
  readonly tested: Set<string>;
  readonly #iterators: Record<string, CelType>;
  readonly #told = new Set<string>();

  constructor(
    private readonly node: Node,
    private readonly variables: Readonly<Record<string, CelType>>,
    private readonly own: ReadonlySet<Schema>,
    dependencies: readonly ReadonlySet<string>[],
  ) {
    this.tested = new Set(dependencies.flatMap((names) => [...names]));
    this.#iterators = Object.fromEntries(
      node.forEach.map(({ variable, list }) => [variable, elementOf(list.program.type)]),
    );
  }

  /**
   * Visits an expression of includeWhen. Fields that this expression tests count as present in the other
   * expressions of the node, which are evaluated only when the includeWhen expression is true.
   */
  condition(expression: Expression, path: string): void {
    for (const name of this.visit(expression, path)) this.tested.add(name);
  }

  /**
   * Reports the optional fields that an expression reads without a test, and returns the fields whose
   * existence the expression tests.
   */
  visit({ source }: Expression, path: string, inTemplate = false): ReadonlySet<string> {
    const variables = inTemplate ? { ...this.variables, ...this.#iterators } : this.variables;
    const scanned = scan(source);
    const tests = new Set<string>();
    for (const part of scanned.ok ? scanned.parts : []) {
      if (!("source" in part)) continue;
      const { reads, tested } = fieldReads(part.source, { variables, omit: true });
      for (const name of tested) tests.add(name);
      for (const { schema, field, object, offset } of reads) {
        const name = `${object}.${field}`;
        if (!this.own.has(schema) || !mayBeAbsent(schema, field)) continue;
        if (tested.has(name) || this.tested.has(name) || this.#told.has(name)) continue;
        this.#told.add(name);
        this.found.push({
          code: "OPTIONAL",
          node: this.node.id,
          path,
          expression: source,
          offset: part.offset + offset,
          message: `${name} may be absent`,
          hint: `give it a default, required=true, or read it as ${object}.?${
            escapeName(field) ?? field
          }`,
        });
      }
    }
    return tests;
  }
}

function mayBeAbsent({ properties = {}, required = [] }: Schema, field: string): boolean {
  if (!Object.hasOwn(properties, field)) return false;
  return properties[field]?.default === undefined && !required.includes(field);
}
