/** Finds the live instances that a changed schema does not accept. */
import { isNotFound, type Json, type KindRef, type KubeObject, Label } from "../../api/mod.ts";
import { type InvalidInstance, isSecretInput } from "../../explain/mod.ts";
import { type Graph, SchemaRules } from "../../graph/mod.ts";
import type { KubeClient } from "../../kube/mod.ts";
import { kindsOfCrd, violations } from "../../openapi/mod.ts";
import { instanceName } from "./instances.ts";

/** Returns the instances of a kind in all namespaces; an empty list when the kind is not served. */
export async function listInstances(client: KubeClient, kind: KindRef): Promise<KubeObject[]> {
  try {
    return (await client.list(kind)).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/**
 * Returns the instances whose spec violates the schema of the graph's CRD or a CEL rule of the schema, with the
 * problems of each.
 */
export function invalidInstances(
  graph: Graph,
  instances: readonly KubeObject[],
): InvalidInstance[] {
  const spec = kindsOfCrd(graph.crd)[0]?.schema.properties?.spec;
  if (!spec) return [];
  const rules = new SchemaRules(spec);
  const isSecret = (path: readonly (string | number)[]) => isSecretInput(graph.secretInputs, path);
  return instances.flatMap((object) => {
    // A node of another graph created this instance and may have computed its spec from a Secret, so messages
    // quote no value.
    const isComputed = object.metadata.labels?.[Label.nodeId] !== undefined;
    const value = (object.spec ?? {}) as Json;
    const schemaProblems = violations(spec, value, ["spec"], isComputed ? () => true : isSecret);
    // The API server evaluates the CEL rules of a schema only if the value matches the rest of the schema.
    const problems = schemaProblems.length > 0 ? schemaProblems : rules.violations(value, ["spec"]);
    const { namespace, name = "" } = object.metadata;
    const ref = { kind: graph.instance, namespace, name };
    return problems.length > 0 ? [{ ...instanceName(ref), problems }] : [];
  });
}

/**
 * Returns the instances that have a problem at the changed field, at a parent of the field, or inside of the
 * field.
 */
export function invalidAt(
  invalid: readonly InvalidInstance[],
  field: string,
): InvalidInstance[] {
  const plain = (path: string) => path.replace(/\[[^\]]*\]/g, "");
  const changed = plain(field);
  return invalid.filter(({ problems }) =>
    problems.some((problem) => {
      const at = plain(problem.split(": ", 1)[0]!);
      return isWithin(at, changed) || isWithin(changed, at);
    })
  );
}

function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}.`);
}
