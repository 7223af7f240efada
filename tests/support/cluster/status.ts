/** Waits for what the status of an instance, and the controller's view of it, say. */
import type { InstanceView } from "../../../src/controller/mod.ts";
import { eventually } from "../wait.ts";
import type { Live, Place } from "./cluster.ts";
import type { TestGraph } from "./graph.ts";
import type { Scenario } from "./session.ts";

/** The condition of that type; undefined when it is not there. */
export function condition({ status }: Live, type: string): Live {
  return status?.conditions?.find((c: Live) => c.type === type);
}

/** Waits until the instance is in that state, and ResourcesReady is of its generation and contains `text`. */
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

/**
 * Waits until the controller's view of the instance `holds`, and returns it. The view follows the status in the API
 * server: a test that has read the one cannot rely on the other yet.
 */
export async function viewed(
  { controller }: Scenario,
  graph: TestGraph,
  name: string,
  what: string,
  holds: (view: InstanceView) => unknown,
): Promise<InstanceView> {
  return await eventually(`view of ${name}: ${what}`, () => {
    const view = controller.instances(graph.rgd.name)?.find((v) => v.name === name);
    return view && holds(view) ? view : undefined;
  });
}

/** Waits for so many more passes over the instance. */
export async function passes(
  s: Scenario,
  graph: TestGraph,
  name: string,
  count: number,
): Promise<void> {
  const seen = new Set<string>();
  await viewed(s, graph, name, `${count} passes`, ({ lastPass = "" }) => {
    seen.add(lastPass);
    return seen.size > count;
  });
}

/** Waits until the last pass gave this text as the reason why the node is not ready. */
export async function nodeReason(
  s: Scenario,
  graph: TestGraph,
  name: string,
  node: string,
  text: string,
): Promise<void> {
  await viewed(
    s,
    graph,
    name,
    `node ${node} waits for ${text}`,
    ({ nodes }) => nodes.find(({ id }) => id === node)?.reason?.includes(text),
  );
}
