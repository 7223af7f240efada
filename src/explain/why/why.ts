/** The entry points of explanations: why an instance is not ready, and why a node or a field is as it is. */
import type { FieldPath } from "../../graph/mod.ts";
import { Facts } from "./facts.ts";
import { fieldReport, instanceFieldReport } from "./field.ts";
import { masked } from "./hidden.ts";
import { notReady, secretsOf } from "./instance.ts";
import type { Explanation, Observation } from "./model.ts";
import { nodeReport, objectReport } from "./node.ts";
import { parsePath } from "./path.ts";
import { malformed, unknownNode } from "./subject.ts";

/** The fields of an instance that {@link why} accepts in place of the id of a node. */
const OWN_FIELDS: readonly string[] = ["spec", "status", "metadata"];

/**
 * Explains an instance, a node or a field. Values of Secrets are hidden.
 *
 * | subject | explanation |
 * | --- | --- |
 * | absent | why the instance is not ready |
 * | `deployment` | why the objects of the node exist or do not, and why the node is not ready |
 * | `deployment.spec.replicas` | why the field has its value, and who owns the field |
 * | `pods[0]` | why the object of a collection exists, and why it is not ready |
 * | `pods[0].spec` | why a field of this object has its value |
 * | `status.url`, `schema.spec.size` | the same for a field of the instance |
 *
 * @example
 * ```ts
 * import { explanationText, type Observation, why } from "../mod.ts";
 *
 * function report(observation: Observation): string {
 *   return explanationText(why(observation, "deployment.spec.replicas"));
 * }
 * ```
 *
 * @throws {UnknownSubject} The graph has no such node or field.
 */
export function why(observation: Observation, subject?: string): Explanation {
  if (subject === undefined) return notReady(observation);
  const path = parsePath(subject);
  if (!path) throw malformed(subject);
  const facts = new Facts(observation, notReady);
  return masked(explained(facts, path), secretsOf(observation));
}

function explained(facts: Facts, path: FieldPath): Explanation {
  const { graph } = facts.observation;
  const [id, ...rest] = path;
  const node = graph.nodes.get(String(id));
  if (!node) {
    if (id === "schema" && rest.length > 0) return instanceFieldReport(facts, rest);
    if (OWN_FIELDS.includes(String(id))) return instanceFieldReport(facts, path);
    throw unknownNode(graph.name, String(id), [...graph.nodes.keys()], OWN_FIELDS);
  }
  const [index, ...below] = rest;
  if (typeof index === "number") {
    return below.length === 0
      ? objectReport(facts, node, index)
      : fieldReport(facts, node, index, below);
  }
  return rest.length === 0 ? nodeReport(facts, node) : fieldReport(facts, node, undefined, rest);
}
