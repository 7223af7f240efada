/**
 * Finds the expressions of a node, checks the names in the expressions, and derives the dependencies of the
 * node.
 */
import { CRD_KIND, isObject, type JsonObject } from "../api/mod.ts";
import type { KindInfo } from "../openapi/mod.ts";
import { type Draft, NODE_CODES, readExpression, READY_CODES } from "./expression.ts";
import { type NodeDraft, rootOf } from "./read_node.ts";
import { checkReferences, type Names, nodesOf } from "./references.ts";
import type { Report } from "./report.ts";
import { walkSelector } from "./selector.ts";
import { type FieldDraft, walkTyped, walkUntyped } from "./template.ts";

/**
 * A node with parsed expressions. The names of the variables and functions that the expressions use have been
 * checked.
 */
export interface PreparedNode {
  /** The entry of `spec.resources` that defines the node. */
  readonly draft: NodeDraft;
  /**
   * The kind of the node's objects with its schema; undefined when the kind is unknown. An unknown kind was
   * reported already.
   */
  readonly info: KindInfo | undefined;
  /** The expressions in the node's object, with their paths. */
  readonly fields: readonly FieldDraft[];
  /**
   * The forEach dimensions of the node, each with its parsed expression (`draft`). The draft is undefined
   * when the expression has a syntax error.
   */
  readonly forEach: readonly { variable: string; draft: Draft | undefined }[];
  /** The expressions of includeWhen without a syntax error. */
  readonly includeWhen: readonly Draft[];
  /** The expressions of readyWhen without a syntax error. */
  readonly readyWhen: readonly Draft[];
  /**
   * The sorted ids of the nodes that this node depends on. Dependencies in expressions with problems are
   * included.
   */
  readonly dependencies: readonly string[];
}

/** The values of the RGD that preparing a node needs. */
export interface PrepareContext {
  /** The ids of all nodes of the RGD. */
  readonly ids: ReadonlySet<string>;
  /** The names that expressions may use: the ids of all nodes, and `schema`. */
  readonly names: ReadonlySet<string>;
  /** Whether instances belong to a namespace. If not, the objects of a node have no default namespace. */
  readonly instanceNamespaced: boolean;
  /** Whether the feature gate CELOmitFunction allows `omit()`. */
  readonly omit: boolean;
}

/**
 * Parses the expressions of a node. An expression with a syntax error is reported and left out. The generator
 * yields after each expression.
 */
export function* prepareNode(
  draft: NodeDraft,
  info: KindInfo | undefined,
  context: PrepareContext,
  report: Report,
): Generator<undefined, PreparedNode> {
  const scopes = namesFor(draft, context);
  const standalone = (source: string, path: string) =>
    readExpression(source, { path, ...NODE_CODES }, true, report);
  const fields = yield* findFields(draft, info, report);
  const forEach: { variable: string; draft: Draft | undefined }[] = [];
  for (const [i, { variable, list }] of draft.forEach.entries()) {
    forEach.push({ variable, draft: yield* standalone(list, `forEach[${i}].${variable}`) });
  }
  const includeWhen: Draft[] = [];
  for (const [i, source] of draft.includeWhen.entries()) {
    const parsed = yield* standalone(source, `includeWhen[${i}]`);
    if (parsed) includeWhen.push(parsed);
  }
  const readyWhen: Draft[] = [];
  for (const [i, source] of draft.readyWhen.entries()) {
    const place = { path: `readyWhen[${i}]`, ...READY_CODES };
    const parsed = yield* readExpression(source, place, true, report);
    if (parsed) readyWhen.push(parsed);
  }
  checkIdentity(draft, info, fields, context, report);

  const used = [
    ...fields.map((f) => f.draft),
    ...forEach.flatMap((d) => d.draft ?? []),
    ...includeWhen,
  ];
  const dependencies = nodesOf(used, context.ids);
  dependencies.delete(draft.id);
  yield;
  const checked: FieldDraft[] = [];
  for (const field of fields) {
    checked.push({ ...field, draft: checkReferences(field.draft, scopes.template, report) });
    yield;
  }
  return {
    draft,
    info,
    fields: checked,
    forEach: forEach.map(({ variable, draft: list }) => ({
      variable,
      draft: list && checkReferences(list, scopes.forEach, report),
    })),
    includeWhen: includeWhen.map((d) => checkReferences(d, scopes.includeWhen, report)),
    readyWhen: readyWhen.map((d) => checkReferences(d, scopes.readyWhen, report)),
    dependencies: [...dependencies].sort(),
  };
}

/**
 * Finds the expressions in a node's object. The fields apiVersion and kind must not contain expressions, so
 * they are skipped.
 */
function* findFields(
  draft: NodeDraft,
  info: KindInfo | undefined,
  report: Report,
): Generator<undefined, FieldDraft[]> {
  if (!draft.object) return [];
  const { apiVersion: _, kind: __, ...rest } = draft.object;
  const root = rootOf(draft.type);
  if (root === "externalRef") return yield* findReference(rest, info, report);
  if (!info) return yield* walkUntyped(rest, undefined, root, [], report);
  if (info.group !== CRD_KIND.group || info.kind !== CRD_KIND.kind) {
    return yield* walkTyped(rest, info.schema, root, [], report);
  }
  const found = yield* walkUntyped(rest, info.schema, root, [], report);
  return found.filter(({ path, draft }) => {
    if (path[0] === "metadata") return true;
    const message = "a CustomResourceDefinition may have expressions only in its metadata";
    report({ code: "EXPR-SYNTAX", path: draft.place.path, expression: draft.source, message });
    return false;
  });
}

/** Finds the expressions in the metadata of an external reference. */
function* findReference(
  rest: JsonObject,
  info: KindInfo | undefined,
  report: Report,
): Generator<undefined, FieldDraft[]> {
  if (!isObject(rest.metadata)) return [];
  const { selector, ...identity } = rest.metadata;
  const fields = yield* walkUntyped(
    { metadata: identity },
    info?.schema,
    "externalRef",
    [],
    report,
  );
  return selector === undefined ? fields : [...fields, ...yield* walkSelector(selector, report)];
}

/**
 * Checks that the objects of a node have distinct names. Reports a forEach variable that occurs neither in
 * the name nor in the namespace, because several objects would then have the same name and namespace. Also
 * reports `omit()` in a name or namespace.
 */
function checkIdentity(
  draft: NodeDraft,
  info: KindInfo | undefined,
  fields: readonly FieldDraft[],
  context: PrepareContext,
  report: Report,
): void {
  const at = (field: string) =>
    fields.find((f) => f.path.length === 2 && f.path[0] === "metadata" && f.path[1] === field);
  const name = at("name");
  const namespace = info?.namespaced === false ? undefined : at("namespace");
  for (const { variable } of draft.forEach) {
    if ([name, namespace].some((f) => f?.draft.references.has(variable))) continue;
    const where = info?.namespaced === false
      ? "metadata.name"
      : "metadata.name or metadata.namespace";
    const message =
      `the variable "${variable}" does not occur in ${where}, so objects would collide`;
    report({ code: "IDENTITY", path: "forEach", message, hint: `use \${${variable}} in ${where}` });
  }
  if (!context.omit) return;
  for (const field of [name, context.instanceNamespaced ? undefined : namespace]) {
    const offset = field?.draft.functions.get("omit");
    if (!field || offset === undefined) continue;
    const { place, source } = field.draft;
    const message = "omit() may not remove what identifies the object";
    report({ code: "GATE", path: place.path, expression: source, offset, message });
  }
}

/** Returns the names that expressions may use in each part of a node. */
function namesFor(
  draft: NodeDraft,
  { ids, names, omit }: PrepareContext,
): Record<"template" | "forEach" | "includeWhen" | "readyWhen", Names> {
  const variables = draft.forEach.map((d) => d.variable);
  const everywhere: [string, { code: "GRAPH" | "REF" | "IDENTITY"; message: string }][] = [
    [draft.id, { code: "GRAPH", message: `"${draft.id}" cannot refer to itself` }],
    ["each", { code: "GRAPH", message: '"each" exists only in readyWhen of a collection' }],
    ["runtime", { code: "REF", message: '"runtime" exists only in status conditions' }],
  ];
  const gate = omit
    ? undefined
    : { code: "GATE", message: "omit() needs the feature gate CELOmitFunction" } as const;
  const dependent = "dimensions are independent: a list cannot use another variable";
  const own = draft.type === "collection" || draft.type === "externalCollection"
    ? "each"
    : draft.id;
  const elsewhere = new Set(["schema", "each", "runtime", ...variables]);
  const hidden = { code: "TYPE", message: `readyWhen sees only "${own}"` } as const;
  return {
    template: {
      allowed: names,
      variables,
      refused: new Map(everywhere),
      omit: gate,
    },
    forEach: {
      allowed: names,
      refused: new Map([
        ...everywhere,
        ...variables.map((v) => [v, { code: "IDENTITY", message: dependent }] as const),
      ]),
      omit: gate ?? { code: "TYPE", message: "omit() cannot be used in forEach" },
    },
    includeWhen: {
      allowed: names,
      refused: new Map([
        ...everywhere,
        ...variables.map((v) =>
          [v, { code: "REF", message: `"${v}" exists only in the template` }] as const
        ),
      ]),
      omit: gate,
    },
    readyWhen: {
      allowed: new Set([own]),
      refused: {
        get: (name) => name !== own && (ids.has(name) || elsewhere.has(name)) ? hidden : undefined,
      },
      omit: { code: "TYPE", message: "omit() cannot be used in readyWhen" },
    },
  };
}
