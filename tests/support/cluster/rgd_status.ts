/** Waits for the conditions of an RGD, and reads its GraphRevisions. */
import type { Live } from "./cluster.ts";
import type { TestGraph } from "./graph.ts";
import type { Scenario } from "./session.ts";
import { condition } from "./status.ts";

/** The conditions of an RGD that determine its condition Ready. */
const DEPENDENTS = [
  "GraphRevisionsResolved",
  "GraphAccepted",
  "KindReady",
  "ControllerReady",
] as const;

/**
 * Returns the status and reason of each of the RGD's conditions except Ready, such as `True/Valid`.
 */
export function verdicts(rgd: Live): Record<string, string> {
  return Object.fromEntries(DEPENDENTS.map((type) => {
    const { status, reason } = condition(rgd, type) ?? {};
    return [type, `${status}/${reason}`];
  }));
}

/** Waits until the RGD is Active and all its conditions have the current `observedGeneration`. */
export function active({ cluster }: Pick<Scenario, "cluster">, graph: TestGraph): Promise<Live> {
  return cluster.until(graph.rgd, ({ metadata, status }) =>
    status?.state === "Active" &&
    status.conditions.every((c: Live) => c.observedGeneration === metadata.generation));
}

/**
 * Waits until the RGD is Inactive, and its condition `type` is False for the current generation with a
 * message that matches `message`.
 */
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

/** Returns the GraphRevisions of the RGD, oldest first. */
export async function revisions(
  { cluster }: Pick<Scenario, "cluster">,
  graph: TestGraph,
): Promise<Live[]> {
  const all = await cluster.list("GraphRevision.internal.kro.run");
  return all.filter(({ spec }: Live) => spec.snapshot.name === graph.rgd.name)
    .sort((a: Live, b: Live) => a.spec.revision - b.spec.revision);
}

/** Returns the revision numbers of the RGD's GraphRevisions, oldest first. */
export async function revisionNumbers(s: Scenario, graph: TestGraph): Promise<number[]> {
  return (await revisions(s, graph)).map(({ spec }) => spec.revision);
}
