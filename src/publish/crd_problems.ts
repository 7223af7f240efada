/** Finds out, before an RGD is applied, whether the API server or kro would refuse a change. */
import {
  Annotation,
  CRD_KIND,
  isObject,
  type JsonObject,
  KRO_GROUP,
  type KubeObject,
  type Problem,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import type { CrdChange, Graph } from "../graph/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import { planCrd } from "./crd_writes.ts";
import { allowsBreaking, foreignOwner, ownerOf, pendingChanges } from "./generated_crd.ts";

/** The fields of `spec.schema` that no client can change in an RGD, each with its default value. */
const FIXED: Readonly<Record<string, string | undefined>> = {
  apiVersion: undefined,
  kind: undefined,
  group: KRO_GROUP,
  scope: "Namespaced",
};

/**
 * Compares an RGD with the live RGD, and the CRD of the graph with the live CRD. Returns the first of these
 * lists that is not empty:
 * - a problem with the code `CRD` for each change of the RGD that the API server refuses
 * - a problem with the code `CRD` if the live CRD belongs to another owner
 * - a problem with the code `CRD` for each breaking change of the CRD. If the RGD's annotation
 *   `kro.run/allow-breaking-changes` allows breaking changes, the problems are warnings with the
 *   code `BREAKING`.
 *
 * Rejects with ApiError when a request fails.
 *
 * @example
 * ```ts
 * import type { ResourceGraphDefinition } from "../api/mod.ts";
 * import type { KubeClient } from "../kube/mod.ts";
 * import type { SchemaSource } from "../openapi/mod.ts";
 * import { buildGraph, crdProblems, problemsText } from "./mod.ts";
 *
 * async function check(rgd: ResourceGraphDefinition, client: KubeClient, schemas: SchemaSource) {
 *   const { graph, problems } = await buildGraph(rgd, { schemas });
 *   return problemsText(graph ? await crdProblems(rgd, graph, client) : problems);
 * }
 * ```
 */
export async function crdProblems(
  rgd: ResourceGraphDefinition,
  graph: Graph,
  client: KubeClient,
): Promise<Problem[]> {
  const fixed = fixedFields(rgd, await client.get({ kind: RGD_KIND, name: rgd.metadata.name! }));
  if (fixed.length > 0) return fixed;
  const name = graph.crd.metadata.name!;
  const live = await client.get({ kind: CRD_KIND, name });
  // If the live CRD is being deleted, kro later creates a new CRD in the form that the graph needs, so the
  // live CRD causes no problems.
  if (!live || live.metadata.deletionTimestamp !== undefined) return [];
  if (foreignOwner(rgd, live)) {
    const owner = ownerOf(live);
    const ownerExists = owner !== undefined &&
      await client.get({ kind: RGD_KIND, name: owner }) !== undefined;
    const { refusal } = planCrd(rgd, graph, { live, ownerExists }, { version: "", part: "kind" });
    return refusal === undefined ? [] : [{ code: "CRD", path: "schema.kind", message: refusal }];
  }
  const changes = pendingChanges(rgd, graph, live).filter((change) => change.breaking);
  const allowed = allowsBreaking(rgd);
  const key = `${Annotation.allowBreakingChanges}=true`;
  return changes.map((change): Problem => ({
    code: allowed ? "BREAKING" : "CRD",
    path: fieldOf(change),
    message: `breaking change of CRD ${name}: ${change.text}`,
    ...(allowed ? {} : { hint: `annotate the ResourceGraphDefinition with ${key} to allow it` }),
  }));
}

function fixedFields(rgd: ResourceGraphDefinition, live: KubeObject | undefined): Problem[] {
  const old = isObject(live?.spec) && isObject(live.spec.schema) ? live.spec.schema : undefined;
  if (!old || live?.metadata.deletionTimestamp !== undefined) return [];
  const wanted: JsonObject = isObject(rgd.spec?.schema) ? rgd.spec.schema : {};
  return Object.entries(FIXED).flatMap(([field, otherwise]): Problem[] => {
    const [from, to] = [old, wanted].map((schema) => schema[field] ?? otherwise);
    if (from === undefined || from === to) return [];
    const message = `cannot be changed from ${String(from)} to ${String(to)}`;
    const hint =
      "write a new ResourceGraphDefinition with another name and kind, or first delete the old " +
      "one and its CustomResourceDefinition";
    return [{ code: "CRD", path: `schema.${field}`, message, hint }];
  });
}

/** Returns the field of the RGD's spec from which the changed part of the CRD is generated. */
function fieldOf({ path }: CrdChange): string {
  if (/^(spec|status|scope)\b/.test(path)) return `schema.${path}`;
  return path.startsWith("version") ? "schema.apiVersion" : "schema.kind";
}
