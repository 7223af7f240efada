/** Type-checks the expressions of nodes and builds the nodes of the graph. */
import {
  type CelScope,
  type CelType,
  DYN,
  listOf,
  objectType,
  type Reads,
  typeText,
} from "../cel/mod.ts";
import { checkExpression, type Draft, type Expectation } from "./expression.ts";
import { hasBytes } from "./fit.ts";
import type { PreparedNode } from "./prepare.ts";
import { readsRevisionsOnly, statusPathsOf } from "./reads.ts";
import type { Report } from "./report.ts";
import type { Dimension, Expression, Field, Node, ReadyExpression } from "./types.ts";

/** The inputs of the type check that are the same for all expressions of a graph. */
export interface CheckContext {
  /** The types of the variable `schema` and of every node. The keys are `schema` and the ids of the nodes. */
  readonly variables: Readonly<Record<string, CelType>>;
  /**
   * The ids of all nodes. An expression depends on a node if it reads the variable with the node's id. The
   * variables `schema` and `each` are not ids of nodes.
   */
  readonly ids: ReadonlySet<string>;
  /** Whether the feature gate CELOmitFunction allows `omit()`. */
  readonly omit: boolean;
  /**
   * For each variable, the parts of its value that the expressions of the status read. The map is filled
   * while the status is checked.
   */
  readonly statusReads: Map<string, Reads>;
}

/**
 * The type that the type check gives to an expression with a reported problem. An expression that reads a
 * value of this type causes no further problem.
 */
export const FAULTY: CelType = { kind: "error" };

/**
 * Returns the type that a node has in the expressions of other nodes. The type of a collection is a list.
 */
export function nodeType({ draft, info }: PreparedNode): CelType {
  if (!info) return FAULTY;
  const element = objectType(draft.id, info.schema);
  const many = draft.type === "collection" || draft.type === "externalCollection";
  return many ? listOf(element) : element;
}

/**
 * Type-checks the expressions of a node and reports their problems. The generator yields after each
 * expression, so that the caller can do other work in between.
 *
 * @returns The node of the graph; undefined when the kind of the node is unknown.
 */
export function* checkNode(
  node: PreparedNode,
  applyOrder: number,
  context: CheckContext,
  report: Report,
): Generator<undefined, Node | undefined> {
  const { draft, info } = node;
  const scope: CelScope = { variables: context.variables, omit: context.omit };
  const check = (d: Draft, s: CelScope, expectation: Expectation) =>
    checkExpression(d, s, expectation, context.ids, report);

  const forEach: Dimension[] = [];
  const variables: Record<string, CelType> = {};
  for (const { variable, draft: list } of node.forEach) {
    const expression = list &&
      (yield* check(list, { variables: context.variables }, { accepts: notList }));
    yield;
    variables[variable] = expression ? elementOf(expression.program.type) : FAULTY;
    if (expression) forEach.push({ variable, list: expression });
  }
  const fields: Field[] = [];
  const inTemplate = node.forEach.length === 0
    ? scope
    : { ...scope, variables: { ...usedBy(node, context.variables), ...variables } };
  for (const { path, draft: d, target, misplaced } of node.fields) {
    if (misplaced) continue;
    const expression = yield* check(d, inTemplate, { fits: target });
    yield;
    if (!expression) continue;
    const revisionsOnly = readsRevisionsOnly(d, context.ids);
    fields.push({ path, expression, ...(revisionsOnly && { revisionsOnly }) });
  }
  const includeWhen: Expression[] = [];
  for (const d of node.includeWhen) {
    const expression = yield* check(d, scope, { accepts: notBoolean });
    yield;
    if (expression) includeWhen.push(expression);
  }
  const element = info ? objectType(draft.id, info.schema) : FAULTY;
  const ready = { variables: { [draft.id]: context.variables[draft.id] ?? DYN, each: element } };
  const readyWhen: ReadyExpression[] = [];
  for (const d of node.readyWhen) {
    const expression = yield* check(d, ready, { accepts: notBoolean });
    yield;
    if (expression) readyWhen.push({ ...expression, statusPaths: statusPathsOf(d) });
  }
  if (!info || !draft.object) return undefined;
  return {
    id: draft.id,
    type: draft.type,
    kind: info,
    celType: context.variables[draft.id] ?? DYN,
    confidential: false,
    template: draft.object,
    fields,
    forEach,
    includeWhen,
    readyWhen,
    dependencies: node.dependencies,
    applyOrder,
  };
}

/**
 * Returns the variables that the template of a node uses. A copy of all variables for each collection would take
 * time and memory quadratic in the number of nodes.
 */
function usedBy(
  { fields }: PreparedNode,
  variables: Readonly<Record<string, CelType>>,
): Record<string, CelType> {
  const used: Record<string, CelType> = {};
  for (const { draft } of fields) {
    for (const name of draft.references.keys()) {
      if (Object.hasOwn(variables, name)) used[name] = variables[name]!;
    }
  }
  return used;
}

function notList(type: CelType): string | undefined {
  if (type.kind === "list") {
    if (!hasBytes(type.element)) return undefined;
    return `yields ${
      typeText(type)
    }, but an iterator cannot be bytes; convert them with string(..)`;
  }
  const reason = type.kind === "optional" ? "; unwrap it with orValue([])" : "";
  return `must yield a list, but yields ${typeText(type)}${reason}`;
}

/** Returns the type of a forEach iterator over a list of the given type. */
export function elementOf(type: CelType): CelType {
  return type.kind === "list" ? type.element : FAULTY;
}

function notBoolean(type: CelType): string | undefined {
  const value = type.kind === "optional" ? type.value : type;
  if (value.kind === "bool") return undefined;
  const reason = value.kind === "dyn" ? "; compare it, as in `x == true`" : "";
  return `must yield bool, but yields ${typeText(type)}${reason}`;
}
