/**
 * Waits until an instance has a state. Reads the state from the instance's status, or from the controller's
 * view, which is its state of the instance in memory.
 */
import type { InstanceView } from "../../../src/controller/mod.ts";
import { eventually } from "../wait.ts";
import type { Live, Place } from "./cluster.ts";
import type { TestGraph } from "./graph.ts";
import type { Scenario } from "./session.ts";

/** Returns the condition of this type; undefined if the object does not have it. */
export function condition({ status }: Live, type: string): Live {
  return status?.conditions?.find((c: Live) => c.type === type);
}

/**
 * Waits until the instance has this state, and its condition ResourcesReady has the current generation and a
 * message that contains `text`.
 */
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
 * Waits until `holds` returns true for the controller's view of the instance, and returns the view. The view
 * is the controller's state of the instance in memory. The controller updates it after the status on the API
 * server, so a test that has read the status must still wait for the view.
 */
export async function viewed(
  { controller }: Scenario,
  graph: TestGraph,
  name: string,
  what: string,
  holds: (view: InstanceView) => unknown,
): Promise<InstanceView> {
  return await eventually(`view of ${name}: ${what}`, () => {
    const view = controller.instanceKeys(graph.rgd.name)?.map((key) =>
      controller.instance(graph.rgd.name, key)!
    )
      .find((v) => v.name === name);
    return view && holds(view) ? view : undefined;
  });
}

/** Waits until the controller has reconciled the instance `count` more times. */
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

/**
 * Waits until the controller's view reports that the node is not ready, with a reason that contains `text`.
 */
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
