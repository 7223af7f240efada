/**
 * Creates the graph and the observed instance that the tests of `kro why` share.
 */
import type { KubeObject } from "../../../src/api/mod.ts";
import { explanationText, type Observation, why } from "../../../src/explain/mod.ts";
import type { Graph } from "../../../src/graph/mod.ts";
import { ObservedInstance } from "../../support/observation.ts";
import { configMap, deployment, graphOf, rgd, SPEC } from "../graph/fixtures.ts";

/** The `readyWhen` of the Deployment, which is false in `shop()`. */
export const READY = "${app.status.readyReplicas == app.spec.replicas}";

/** A graph whose nodes have different states at the same time, such as Ready, Skipped and Pending. */
export const graph: Graph = await graphOf(rgd(
  {
    spec: { ...SPEC, count: "integer | default=3" },
    status: { ready: "${app.status.readyReplicas}", url: "${one.data.a}" },
  },
  [
    configMap("one", { data: { a: "${schema.spec.name + '!'}", b: "fixed" } }),
    { ...configMap("opt", { data: { a: "x" } }), includeWhen: ["${schema.spec.flag}"] },
    configMap("after", { data: { a: "${opt.data.a}" } }),
    { ...deployment("app", { replicas: "${schema.spec.count}" }), readyWhen: [READY] },
    configMap("late", { data: { a: "${string(app.status.readyReplicas)}" } }),
    {
      ...configMap("many", { data: { a: "${n}" } }, { name: "m-${n}" }),
      forEach: [{ n: "${schema.spec.names}" }],
    },
  ],
));

/** Observes an instance whose Deployment is not available. */
export async function shop(): Promise<Observation> {
  const instance = new ObservedInstance(graph, { name: "shop", flag: false, names: ["a", "b"] });
  await instance.observe();
  const conditions = [{
    type: "Available",
    status: "False",
    reason: "MinimumReplicasUnavailable",
    message: "too few",
  }];
  const status = { readyReplicas: 1, conditions };
  await instance.put("app", { metadata: { name: "shop" }, status }, "kube-controller-manager");
  const event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: {},
    type: "Warning",
    reason: "FailedCreate",
    message: "exceeded quota",
    count: 4,
  };
  return await instance.observe({
    events: ({ kind }) => kind === "Deployment" ? [event as KubeObject] : [],
  });
}

/** Returns the lines of the explanation of a node, a field or, without `subject`, the whole instance. */
export function lines(observation: Observation, subject?: string): string[] {
  return explanationText(why(observation, subject)).trimEnd().split("\n");
}
