// What scenarios look at again and again: which objects are there, and that nothing more happens.
import { eventually } from "../controlplane/shared.ts";
import type { Live, Place, ScenarioCluster } from "./cluster.ts";
import type { Scenario, ScenarioGraph } from "./scenario.ts";

/** Names of all objects of the kind in the scenario's namespace, sorted. */
export async function names(cluster: ScenarioCluster, kind: string): Promise<string[]> {
  return (await cluster.list(kind)).map(({ metadata }: Live) => metadata.name).sort();
}

/** The condition of that type; undefined when it is not there. */
export function condition({ status }: Live, type: string): Live {
  return status?.conditions?.find((c: Live) => c.type === type);
}

/** Waits until the instance's state is this one, and ResourcesReady speaks of its generation and of `text`. */
export function inState(
  { cluster }: Scenario,
  at: Place,
  state: string,
  text = "",
): Promise<Live> {
  return cluster.until(at, (o) => {
    const { observedGeneration, message = "" } = condition(o, "ResourcesReady") ?? {};
    return o.status?.state === state && observedGeneration === o.metadata.generation &&
      message.includes(text);
  });
}

/** Waits for so many more passes over the instance: what none of them did will not be done. */
export async function passes(
  { controller }: Scenario,
  graph: ScenarioGraph,
  name: string,
  count: number,
): Promise<void> {
  const lastPass = () =>
    controller.instances(graph.rgd.name)?.find((i) => i.name === name)?.lastPass ?? "";
  const seen = new Set([lastPass()]);
  await eventually(`${count} passes over ${name}`, () => {
    seen.add(lastPass());
    return Promise.resolve(seen.size > count);
  });
}

/** Waits until a pass said of the node why it is not ready, in these words. */
export async function reason(
  { controller }: Scenario,
  graph: ScenarioGraph,
  name: string,
  node: string,
  text: string,
): Promise<void> {
  await eventually(`node ${node} of ${name}: ${text}`, () => {
    const instance = controller.instances(graph.rgd.name)?.find((i) => i.name === name);
    const found = instance?.nodes.find(({ id }) => id === node)?.reason ?? "";
    return Promise.resolve(found.includes(text));
  });
}
