/** The steps that explanations suggest to their reader. */
import { isObject, type KubeObject, parseGvk } from "../../api/mod.ts";
import { type Explanation, explanation, nameOf } from "./model.ts";

/** The kinds whose controllers create Pods with the labels of `spec.selector.matchLabels`. */
const WORKLOADS: ReadonlySet<string> = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "Job",
]);

/** Returns a step, which is a sentence about what the reader can do next. */
export function step(text: string): Explanation {
  return explanation("step", text);
}

/**
 * Returns the step that leads to more details of a live object: the description of its Pods if the object
 * controls Pods, otherwise the description of the object.
 */
export function inspectStep(object: KubeObject): Explanation {
  const { apiVersion, kind, metadata: { namespace, name } } = object;
  const at = namespace === undefined ? "" : ` -n ${namespace}`;
  const labels = podLabels(object);
  return step(
    labels === undefined
      ? `read the details of the object: kubectl describe ${
        resourceArgument(apiVersion, kind)
      } ${name}${at}`
      : `read the details of its Pods: kubectl describe pods${at} -l ${labels}`,
  );
}

/**
 * Returns one step for each finalizer that delays the deletion of an object. Finalizers of kro and of
 * Kubernetes are left out.
 */
export function finalizerSteps(finalizers: readonly string[] = []): Explanation[] {
  const foreign = finalizers.filter((name) =>
    name !== "kro.run/finalizer" && !name.startsWith("kubernetes.io/") && name.includes("/")
  );
  return foreign.map((name) => step(`check the controller that removes the finalizer ${name}`));
}

/** Returns the step for an expression that fails or for an object that the API server refuses. */
export function correctStep(graph: string, instance: KubeObject): Explanation {
  return step(
    `change the ${instance.kind} ${nameOf(instance).name}, ` +
      `or correct the ResourceGraphDefinition ${graph}`,
  );
}

function podLabels({ kind, spec }: KubeObject): string | undefined {
  const selector = WORKLOADS.has(kind) && isObject(spec) ? spec.selector : undefined;
  const labels = isObject(selector) ? selector.matchLabels : undefined;
  if (!isObject(labels)) return undefined;
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(",");
}

/** Returns a kind as kubectl accepts it, with the group unless the group is one of Kubernetes. */
function resourceArgument(apiVersion: string, kind: string): string {
  const group = parseGvk(apiVersion, kind)?.group ?? "";
  const isBuiltIn = !group.includes(".") || group.endsWith(".k8s.io");
  return `${kind.toLowerCase()}${isBuiltIn ? "" : `.${group}`}`;
}
