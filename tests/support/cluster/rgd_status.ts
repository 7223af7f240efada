/** Waits for conditions of an RGD, and reads its revisions. */
import type { Live } from "./cluster.ts";
import type { TestGraph } from "./graph.ts";
import type { Scenario } from "./session.ts";
import { condition } from "./status.ts";

/** Conditions of an RGD from which its condition Ready is computed. */
const DEPENDENTS = [
  "GraphRevisionsResolved",
  "GraphAccepted",
  "KindReady",
  "ControllerReady",
] as const;

/** Status and reason of each of an RGD's conditions except Ready: `True/Valid`. */
export function verdicts(rgd: Live): Record<string, string> {
  return Object.fromEntries(DEPENDENTS.map((type) => {
    const { status, reason } = condition(rgd, type) ?? {};
    return [type, `${status}/${reason}`];
  }));
}

/** Waits until the RGD is Active and all its conditions are of its current generation. */
export function active({ cluster }: Pick<Scenario, "cluster">, graph: TestGraph): Promise<Live> {
  return cluster.until(graph.rgd, ({ metadata, status }) =>
    status?.state === "Active" &&
    status.conditions.every((c: Live) => c.observedGeneration === metadata.generation));
}

/** Waits until that condition is False for the RGD's current generation, with a message that matches. */
export function refused(
  { cluster }: Pick<Scenario, "cluster">,
  graph: TestGraph,
  type: typeof DEPENDENTS[number],
  message = /./,
): Promise<Live> {
  return cluster.until(graph.rgd, (rgd) => {
    const found = condition(rgd, type) ?? {};
    return rgd.status?.state === "Inactive" && found.status === "False" &&
      message.test(found.message) && found.observedGeneration === rgd.metadata.generation;
  });
}

/** GraphRevisions of the graph, oldest first. */
export async function revisions(
  { cluster }: Pick<Scenario, "cluster">,
  graph: TestGraph,
): Promise<Live[]> {
  const all = await cluster.list("GraphRevision.internal.kro.run");
  return all.filter(({ spec }: Live) => spec.snapshot.name === graph.rgd.name)
    .sort((a: Live, b: Live) => a.spec.revision - b.spec.revision);
}

/** Numbers of the graph's revisions, oldest first. */
export async function revisionNumbers(s: Scenario, graph: TestGraph): Promise<number[]> {
  return (await revisions(s, graph)).map(({ spec }) => spec.revision);
}
