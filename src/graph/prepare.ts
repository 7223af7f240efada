/** Finds the expressions of a node, checks the names in them, and derives its dependencies. */
import { CRD_KIND, isObject, type JsonObject } from "../api/mod.ts";
import type { KindInfo } from "../openapi/mod.ts";
import { type Draft, NODE_CODES, readExpression, READY_CODES } from "./expression.ts";
import { type NodeDraft, rootOf } from "./read_node.ts";
import { checkReferences, type Names, nodesOf } from "./references.ts";
import type { Report } from "./report.ts";
import { walkSelector } from "./selector.ts";
import { type FieldDraft, walkTyped, walkUntyped } from "./template.ts";

/** A node with parsed expressions, whose names were checked. */
export interface PreparedNode {
  /** The entry of `spec.resources` that the node was read from. */
  readonly draft: NodeDraft;
  /** The kind and schema of its objects; undefined when the kind is unknown, which was reported. */
  readonly info: KindInfo | undefined;
  /** The expressions in its object, with their paths. */
  readonly fields: readonly FieldDraft[];
  /** The forEach dimensions. A draft is undefined when its expression does not parse. */
  readonly forEach: readonly { variable: string; draft: Draft | undefined }[];
  /** The expressions of includeWhen that parse. */
  readonly includeWhen: readonly Draft[];
  /** The expressions of readyWhen that parse. */
  readonly readyWhen: readonly Draft[];
  /** The ids of nodes that it depends on, sorted; also those in expressions with problems. */
  readonly dependencies: readonly string[];
}

/** The context of the RGD in which a node is prepared. */
export interface PrepareContext {
  /** The ids of all nodes of the RGD. */
  readonly ids: ReadonlySet<string>;
  /** The names that expressions may refer to: the ids of all nodes, and `schema`. */
  readonly names: ReadonlySet<string>;
  /** Whether instances are namespaced. If not, templates cannot take a default namespace from them. */
  readonly instanceNamespaced: boolean;
  /** Whether the feature gate CELOmitFunction allows `omit()`. */
  readonly omit: boolean;
}

/** Parses the expressions of a node. Expressions that do not parse are reported and left out. */
export function prepareNode(
  draft: NodeDraft,
  info: KindInfo | undefined,
  context: PrepareContext,
  report: Report,
): PreparedNode {
  const scopes = namesFor(draft, context);
  const standalone = (source: string, path: string) =>
    readExpression(source, { path, ...NODE_CODES }, true, report);
  const fields = findFields(draft, info, report);
  const forEach = draft.forEach.map(({ variable, list }, i) => ({
    variable,
    draft: standalone(list, `forEach[${i}].${variable}`),
  }));
  const includeWhen = draft.includeWhen.map((source, i) => standalone(source, `includeWhen[${i}]`))
    .filter((d) => d !== undefined);
  const readyWhen = draft.readyWhen.map((source, i) =>
    readExpression(source, { path: `readyWhen[${i}]`, ...READY_CODES }, true, report)
  ).filter((d) => d !== undefined);
  checkIdentity(draft, info, fields, context, report);

  const used = [
    ...fields.map((f) => f.draft),
    ...forEach.flatMap((d) => d.draft ?? []),
    ...includeWhen,
  ];
  const dependencies = nodesOf(used, context.ids);
  dependencies.delete(draft.id);
  return {
    draft,
    info,
    fields: fields.map((f) => ({ ...f, draft: checkReferences(f.draft, scopes.template, report) })),
    forEach: forEach.map(({ variable, draft: list }) => ({
      variable,
      draft: list && checkReferences(list, scopes.forEach, report),
    })),
    includeWhen: includeWhen.map((d) => checkReferences(d, scopes.includeWhen, report)),
    readyWhen: readyWhen.map((d) => checkReferences(d, scopes.readyWhen, report)),
    dependencies: [...dependencies].sort(),
  };
}

/** The expressions of a node's object, except apiVersion and kind, which must be plain text. */
function findFields(
  draft: NodeDraft,
  info: KindInfo | undefined,
  report: Report,
): FieldDraft[] {
  if (!draft.object) return [];
  const { apiVersion: _, kind: __, ...rest } = draft.object;
  const root = rootOf(draft.type);
  if (root === "externalRef") return findReference(rest, info, report);
  if (!info) return walkUntyped(rest, undefined, root, [], report);
  if (info.group !== CRD_KIND.group || info.kind !== CRD_KIND.kind) {
    return walkTyped(rest, info.schema, root, [], report);
  }
  return walkUntyped(rest, info.schema, root, [], report).filter(({ path, draft }) => {
    if (path[0] === "metadata") return true;
    const message = "a CustomResourceDefinition may have expressions only in its metadata";
    report({ code: "EXPR-SYNTAX", path: draft.place.path, expression: draft.source, message });
    return false;
  });
}

/** The expressions in the metadata of an external reference. */
function findReference(
  rest: JsonObject,
  info: KindInfo | undefined,
  report: Report,
): FieldDraft[] {
  if (!isObject(rest.metadata)) return [];
  const { selector, ...identity } = rest.metadata;
  const fields = walkUntyped({ metadata: identity }, info?.schema, "externalRef", [], report);
  return selector === undefined ? fields : [...fields, ...walkSelector(selector, report)];
}

/**
 * Reports forEach variables that do not occur in the objects' name or namespace, so that objects would
 * have the same identity, and `omit()` in a name or namespace.
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

/** The names that the expressions of each part of a node may use. */
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
      refused: new Map(
        draft.readyWhen.length === 0
          ? []
          : [...ids, "schema", "each", "runtime", ...variables].filter((name) => name !== own)
            .map((name) => [name, hidden]),
      ),
      omit: { code: "TYPE", message: "omit() cannot be used in readyWhen" },
    },
  };
}
