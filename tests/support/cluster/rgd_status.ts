// What scenarios of RGDs look at: the generated CRD, the revisions, the conditions.
import { plural } from "../../../src/graph/mod.ts";
import type { Live, Place } from "./cluster.ts";
import { condition } from "./status.ts";
import type { Scenario, ScenarioGraph } from "./scenario.ts";

/** Conditions that an RGD has besides its root. */
export const DEPENDENTS = [
  "GraphRevisionsResolved",
  "GraphAccepted",
  "KindReady",
  "ControllerReady",
] as const;

/** Where the CRD is that the graph generates. */
export function crdAt(graph: ScenarioGraph): Place {
  const [kind, ...group] = graph.instance("").kind.split(".");
  const name = `${plural(kind!.toLowerCase())}.${group.join(".")}`;
  return { kind: "CustomResourceDefinition.apiextensions.k8s.io", name };
}

/** The schema under `spec` of the generated CRD. */
export function specSchema(crd: Live): Live {
  return crd.spec.versions[0].schema.openAPIV3Schema.properties.spec;
}

/** Status of each dependent condition of an RGD, one word: `True/Valid`. */
export function verdicts(rgd: Live): Record<string, string> {
  return Object.fromEntries(DEPENDENTS.map((type) => {
    const { status, reason } = condition(rgd, type) ?? {};
    return [type, `${status}/${reason}`];
  }));
}

/** Waits until the RGD is Active and all its conditions speak of its present generation. */
export function active({ cluster }: Scenario, graph: ScenarioGraph): Promise<Live> {
  return cluster.until(graph.rgd, ({ metadata, status }) =>
    status?.state === "Active" &&
    status.conditions.every((c: Live) => c.observedGeneration === metadata.generation));
}

/** Waits until that condition is False for the RGD's present generation, and says so much. */
export function refused(
  { cluster }: Scenario,
  graph: ScenarioGraph,
  type: typeof DEPENDENTS[number],
  says = /./,
): Promise<Live> {
  return cluster.until(graph.rgd, (rgd) => {
    const { status, message, observedGeneration } = condition(rgd, type) ?? {};
    return rgd.status?.state === "Inactive" && status === "False" && says.test(message) &&
      observedGeneration === rgd.metadata.generation;
  });
}

/** GraphRevisions of the graph, oldest first. */
export async function revisions({ cluster }: Scenario, graph: ScenarioGraph): Promise<Live[]> {
  const all = await cluster.list("GraphRevision.internal.kro.run");
  return all.filter(({ spec }: Live) => spec.snapshot.name === graph.rgd.name)
    .sort((a: Live, b: Live) => a.spec.revision - b.spec.revision);
}

/** Their numbers. */
export async function numbers(s: Scenario, graph: ScenarioGraph): Promise<number[]> {
  return (await revisions(s, graph)).map(({ spec }) => spec.revision);
}
