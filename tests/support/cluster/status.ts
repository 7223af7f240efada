/** Waits for states of an instance's status and of the controller's view. */
import type { InstanceView } from "../../../src/controller/mod.ts";
import { eventually } from "../wait.ts";
import type { Live, Place } from "./cluster.ts";
import type { TestGraph } from "./graph.ts";
import type { Scenario } from "./session.ts";

/** The condition of that type; undefined if the object has no such condition. */
export function condition({ status }: Live, type: string): Live {
  return status?.conditions?.find((c: Live) => c.type === type);
}

/** Waits until the instance has that state and ResourcesReady of its generation has a message with `text`. */
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
 * Waits until the controller's view of the instance satisfies `holds`, and returns it. The view is updated after the
 * status in the API server: a test that has read the status cannot rely on the view yet.
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

/** Waits for `count` more passes over the instance. */
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

/** Waits until the last pass reports this string as the reason why the node is not ready. */
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
