/**
 * Explains why the API server does not serve a kind that an RGD defines. Either the CRD of that RGD is not
 * served yet, or RGDs use each other's kinds in a cycle.
 */
import {
  type GroupVersionKind,
  gvkKey,
  isObject,
  parseGvk,
  type Problem,
  type ResourceGraphDefinition,
} from "../api/mod.ts";
import { kindsOf } from "./compile.ts";

/** Returns the RGD that defines a kind; undefined when no known RGD defines the kind. */
export type DefinedBy = (kind: GroupVersionKind) => ResourceGraphDefinition | undefined;

/**
 * Returns the problems. If a problem reports a kind as not served, and an RGD defines that kind, the problem
 * gets a new message. The new message explains why the kind is not served.
 *
 * @example
 * ```ts
 * import type { Problem, ResourceGraphDefinition } from "../api/mod.ts";
 * import { explainKinds } from "./mod.ts";
 *
 * function explained(rgd: ResourceGraphDefinition, problems: Problem[]): Problem[] {
 *   const missing = new Set(["kro.run/v1alpha1/Shop"]);
 *   return explainKinds(rgd, problems, missing, ({ kind }) => kind === "Shop" ? rgd : undefined);
 * }
 * ```
 *
 * @param missing The `gvkKey` of each kind that is not served.
 */
export function explainKinds(
  rgd: ResourceGraphDefinition,
  problems: readonly Problem[],
  missing: ReadonlySet<string>,
  definedBy: DefinedBy,
): Problem[] {
  return problems.map((problem) => {
    const gvk = problem.code === "KIND" ? kindOfNode(rgd, problem.node) : undefined;
    const maker = gvk && missing.has(gvkKey(gvk)) ? definedBy(gvk) : undefined;
    return maker ? { ...problem, ...causeOf(rgd, gvk!, maker, definedBy) } : problem;
  });
}

/** Returns the kind of the node with the given id; undefined when the kind cannot be determined. */
export function kindOfNode(
  rgd: ResourceGraphDefinition,
  id: string | undefined,
): GroupVersionKind | undefined {
  const resources: unknown = rgd.spec?.resources;
  const node = Array.isArray(resources)
    ? resources.find((entry) => isObject(entry) && entry.id === id)
    : undefined;
  const object = node?.template ?? node?.externalRef;
  return isObject(object) ? parseGvk(String(object.apiVersion), String(object.kind)) : undefined;
}

/** Returns the message and the hint for a kind that the RGD `maker` defines but that is not served. */
function causeOf(
  rgd: ResourceGraphDefinition,
  { kind }: GroupVersionKind,
  maker: ResourceGraphDefinition,
  definedBy: DefinedBy,
): Pick<Problem, "message" | "hint"> {
  if (isSame(maker, rgd)) {
    const message = `${kind} is the kind that this RGD itself defines`;
    return { message, hint: "an RGD cannot contain its own kind" };
  }
  const name = `the RGD "${maker.metadata.name}"`;
  const way = wayTo(rgd, maker, definedBy);
  if (!way) {
    const message = `${name} defines ${kind}, which is not served yet`;
    return { message, hint: "the conditions of that RGD say why" };
  }
  const names = [rgd, ...way].map((each) => each.metadata.name).join(" -> ");
  return {
    message: `${name} defines ${kind}, but needs the kind of this one: ${names}`,
    hint: "neither can come first",
  };
}

/**
 * Returns a path of RGDs that starts with `from` and ends with `goal`. Each RGD on the path uses the kind
 * that the next RGD defines. Returns undefined when `from` does not depend on `goal`.
 */
function wayTo(
  goal: ResourceGraphDefinition,
  from: ResourceGraphDefinition,
  definedBy: DefinedBy,
): ResourceGraphDefinition[] | undefined {
  const ways = [[from]];
  const seen = new Set([from.metadata.name]);
  // The loop body appends longer paths to `ways`, and the loop visits these paths too.
  for (const way of ways) {
    for (const kind of kindsOf(way.at(-1)!)) {
      const next = definedBy(kind);
      if (!next) continue;
      if (isSame(next, goal)) return [...way, next];
      if (seen.has(next.metadata.name)) continue;
      seen.add(next.metadata.name);
      ways.push([...way, next]);
    }
  }
  return undefined;
}

function isSame(a: ResourceGraphDefinition, b: ResourceGraphDefinition): boolean {
  return a.metadata.name === b.metadata.name;
}
