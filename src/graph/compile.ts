/**
 * Compiles an RGD (ResourceGraphDefinition) to a graph. Each stage continues after a problem, so that all
 * problems are reported together.
 */
import {
  Annotation,
  type GroupVersionKind,
  gvkKey,
  isObject,
  type Problem,
  type ResourceGraphDefinition,
  resultOf,
  type RgdSpec,
} from "../api/mod.ts";
import { type CelType, objectType, type Reads } from "../cel/mod.ts";
import type { KindTable, Schema } from "../openapi/mod.ts";
import { transformSteps } from "../simpleschema/mod.ts";
import { checkNode, FAULTY, nodeType } from "./check.ts";
import { secretInputsOf, withConfidential } from "./confidential.ts";
import { specHash } from "./hash.ts";
import { generateCrd, instanceSchema } from "./instance.ts";
import { applyOrders, topologicalOrder } from "./order.ts";
import { plural } from "./plural.ts";
import { type PreparedNode, prepareNode } from "./prepare.ts";
import { readRgd, type SchemaDraft } from "./read.ts";
import { readsInstanceAnnotation, readsOfGraph, readsOfNodes } from "./reads.ts";
import { collect, forNode, type Report } from "./report.ts";
import { gvkOf, resolveKind } from "./resolve.ts";
import { checkStatus } from "./status.ts";
import { type CompileOptions, type Graph, MAX_DIMENSIONS, type Node } from "./types.ts";

/** A compiled graph, or all problems of the RGD. */
export type Compilation = { ok: true; graph: Graph } | { ok: false; problems: Problem[] };

/**
 * Returns the kinds whose schemas {@link compile} needs, without duplicates. A resource without a valid
 * apiVersion and kind is skipped here, and {@link compile} reports it.
 */
export function kindsOf(rgd: ResourceGraphDefinition): GroupVersionKind[] {
  const resources: unknown = isObject(rgd) && isObject(rgd.spec) ? rgd.spec.resources : undefined;
  const found = new Map<string, GroupVersionKind>();
  for (const entry of Array.isArray(resources) ? resources : []) {
    if (!isObject(entry)) continue;
    const object = entry.template ?? entry.externalRef;
    const gvk = isObject(object) ? gvkOf(object) : undefined;
    if (gvk) found.set(gvkKey(gvk), gvk);
  }
  return [...found.values()];
}

/**
 * Checks an RGD and compiles it to a graph. The RGD may be any JSON value: its faults are returned as
 * problems and never thrown.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import type { ResourceGraphDefinition } from "../api/mod.ts";
 * import { compile, kindsOf } from "./mod.ts";
 * import { resolveKinds, snapshotSource } from "../openapi/mod.ts";
 *
 * const rgd: ResourceGraphDefinition = {
 *   apiVersion: "kro.run/v1alpha1",
 *   kind: "ResourceGraphDefinition",
 *   metadata: { name: "shop" },
 *   spec: { schema: { kind: "Shop", apiVersion: "v1alpha1", spec: { size: "integer" } } },
 * };
 * const kinds = await resolveKinds(snapshotSource(), kindsOf(rgd));
 * const compiled = compile(rgd, kinds);
 * assert.ok(compiled.ok);
 * assert.equal(compiled.graph.crd.metadata.name, "shops.kro.run");
 * ```
 *
 * @param kinds The kinds returned by {@link kindsOf}, with their schemas. A kind that is missing here is
 * reported as unknown with code `KIND`.
 */
export function compile(
  rgd: ResourceGraphDefinition,
  kinds: KindTable,
  options: CompileOptions = {},
): Compilation {
  return resultOf(compileSteps(rgd, kinds, options));
}

/**
 * Compiles an RGD as {@link compile} does. The generator yields after each expression that it has
 * parsed or checked, and after every hundredth field of the SimpleSchema. The compilation of a large RGD takes
 * seconds, and the caller can do other work between the steps.
 */
export function* compileSteps(
  rgd: ResourceGraphDefinition,
  kinds: KindTable,
  options: CompileOptions = {},
): Generator<undefined, Compilation> {
  const problems: Problem[] = [];
  const report = collect(problems);
  const draft = readRgd(rgd, options.maxDimensions ?? MAX_DIMENSIONS, report);
  if (!draft) return { ok: false, problems };

  const spec = yield* specSchema(draft.schema, report);
  const { namespaced } = draft.schema;
  const omit = options.omit ?? false;
  const ids = new Set(draft.nodes.map((n) => n.id));
  const names = new Set(["schema", ...ids]);
  const prepared: PreparedNode[] = [];
  for (const node of draft.nodes) {
    const to = forNode(report, node.id);
    const info = resolveKind(node, kinds, namespaced, to);
    const context = { ids, names, instanceNamespaced: namespaced, omit };
    prepared.push(yield* prepareNode(node, info, context, to));
    yield;
  }
  const order = yield* orderOf(prepared, report);
  const waves = applyOrders(vertices(prepared), order);

  const schemaType = spec ? objectType("schema", instanceSchema(spec, namespaced)) : FAULTY;
  const variables: Record<string, CelType> = Object.fromEntries([
    ...prepared.map((node) => [node.draft.id, nodeType(node)] as const),
    ["schema", schemaType],
  ]);
  const context = { variables, ids, omit, statusReads: new Map<string, Reads>() };
  const nodes = new Map<string, Node>();
  for (const node of prepared) {
    const { id } = node.draft;
    const checked = yield* checkNode(node, waves.get(id) ?? 0, context, forNode(report, id));
    if (checked) nodes.set(id, checked);
  }
  const status = yield* checkStatus(draft.schema.status, context, report);
  if (problems.length > 0 || !spec) return { ok: false, problems };

  yield;
  const byName = yield* readsOfGraph(prepared, context.statusReads);
  const reads = yield* readsOfNodes(prepared, byName);
  yield;
  const sorted = withConfidential(order.map((id) => nodes.get(id)!), reads);
  const { group, version, kind } = draft.schema;
  const hash = specHash(rgd.spec as RgdSpec);
  yield;
  const crd = generateCrd(draft.schema, spec, status.schema);
  yield;
  return {
    ok: true,
    graph: {
      name: draft.name,
      hash,
      instance: {
        group,
        version,
        kind,
        plural: plural(kind.toLowerCase()),
        namespaced,
        celType: schemaType,
      },
      crd,
      confidential: sorted.some((node) => node.confidential),
      secretInputs: secretInputsOf(prepared),
      nodes: new Map(sorted.map((node) => [node.id, node])),
      order,
      resources: sorted.filter((n) => n.dependencies.length > 0).map((n) => ({
        id: n.id,
        dependencies: n.dependencies.map((id) => ({ id })),
      })),
      status: status.plan,
      reads,
      readsLastApplied: readsInstanceAnnotation(byName, Annotation.lastApplied),
    },
  };
}

function* specSchema(
  draft: SchemaDraft,
  report: Report,
): Generator<undefined, Schema | undefined> {
  const result = yield* transformSteps(draft.spec, draft.types);
  if (result.ok) return result.schema;
  for (const problem of result.problems) report(problem);
  return undefined;
}

function vertices(
  nodes: readonly PreparedNode[],
): { id: string; dependencies: readonly string[] }[] {
  return nodes.map(({ draft, dependencies }) => ({ id: draft.id, dependencies }));
}

/** The maximum number of reported cycles. Each search for a further cycle visits all nodes. */
const MAX_CYCLES = 100;

/**
 * Returns the topological order of the nodes; an empty list when there is a cycle. At most {@link MAX_CYCLES}
 * cycles are reported: after a report, the dependencies in the cycle are removed and the next cycle is
 * searched. The generator yields after each search.
 */
function* orderOf(
  nodes: readonly PreparedNode[],
  report: Report,
): Generator<undefined, string[]> {
  let remaining = vertices(nodes);
  for (let cycles = 0; cycles < MAX_CYCLES; cycles++) {
    const result = topologicalOrder(remaining);
    yield;
    if (result.ok) return cycles > 0 ? [] : result.order;
    const { cycle } = result;
    const message = `dependencies form a cycle: ${cycle.join(" -> ")}`;
    report({
      code: "GRAPH",
      node: cycle[0],
      message,
      hint: "expressions in includeWhen and forEach are dependencies too",
    });
    const members = new Set(cycle);
    remaining = remaining.map((v) =>
      members.has(v.id)
        ? { id: v.id, dependencies: v.dependencies.filter((d) => !members.has(d)) }
        : v
    );
  }
  return [];
}
