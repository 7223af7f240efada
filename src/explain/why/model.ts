/** The input and the result of explanations: an observed instance, and a tree of statements about it. */
import type { Json, KubeObject } from "../../api/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import type { NodeOutcome, ObjectOutcome } from "../../reconcile/mod.ts";
import type { ObjectName } from "../plan/model.ts";

/** An instance with its graph and its live objects, as one pass has found them. */
export interface Observation {
  /** The graph of the instance's kind. */
  graph: Graph;
  /** The live instance, with its status and its managed fields. */
  instance: KubeObject;
  /** The results of the nodes in topological order; empty while the instance is being deleted. */
  nodes: readonly NodeOutcome[];
  /** The objects that a pass would delete, or that are being deleted together with the instance. */
  removed: readonly ObjectOutcome[];
  /**
   * The live objects of each node, by the id of the node. The objects of a node are in the order in which its
   * entry in {@link nodes} lists them.
   */
  objects: ReadonlyMap<string, readonly KubeObject[]>;
  /** The objects of each node that do not exist in the cluster, by the id of the node. */
  missing?: ReadonlyMap<string, readonly ObjectName[]>;
  /** The reason why the objects of a node could not be read, by the id of the node. */
  unreadable?: ReadonlyMap<string, string>;
  /** Whether an annotation of the RGD suspends all instances of the graph. */
  isGraphSuspended?: boolean;
  /** Returns the Events of an object, the latest first; absent when Events were not read. */
  events?: (object: ObjectName) => readonly KubeObject[];
  /** Returns the observation of an object that is an instance of another graph. */
  nested?: (object: ObjectName) => Observation | undefined;
}

/** The subject of an {@link Explanation}. */
export type Topic =
  | "instance"
  | "node"
  | "object"
  | "condition"
  | "event"
  | "expression"
  | "value"
  | "owner"
  | "step";

/** A statement, and the statements that explain it. */
export interface Explanation {
  /** The subject of the statement. A `step` names what the reader can do next. */
  topic: Topic;
  /** The statement in one line. */
  text: string;
  /** The id of the node that the statement is about. */
  node?: string;
  /** The state of the instance or of the node. */
  state?: string;
  /** The object that the statement is about. */
  object?: ObjectName;
  /** The path of the value, such as `deployment.spec.replicas` or `schema.spec.size`. */
  path?: string;
  /** The expression as its author wrote it. */
  expression?: string;
  /** The value; absent when the value does not exist or is hidden. */
  value?: Json;
  /** Whether the value is hidden, because it is or contains the value of a Secret. */
  hidden?: true;
  /** The time of an Event or of a write to a field, in RFC 3339 format. */
  time?: string;
  /** The statements that explain this statement. */
  because: Explanation[];
}

/** The fields of an explanation and of the object that it names, in the order in which commands print them. */
const ORDER: readonly string[] = [
  ...["topic", "text", "node", "state", "object", "path", "expression", "value", "hidden", "time"],
  "because",
];
const OBJECT_ORDER: readonly string[] = ["apiVersion", "kind", "namespace", "name"];

/** Creates an explanation. */
export function explanation(
  topic: Topic,
  text: string,
  more: Partial<Omit<Explanation, "topic" | "text">> = {},
): Explanation {
  return sorted({ topic, text, because: [], ...more }, ORDER);
}

/**
 * Returns an explanation whose fields have the order that {@link explanation} gives them. In the JSON of a
 * controller, the fields have another order.
 */
export function inOrder(found: Explanation): Explanation {
  return sorted({
    ...found,
    ...found.object && { object: sorted(found.object, OBJECT_ORDER) },
    because: found.because.map(inOrder),
  }, ORDER);
}

/** Returns a copy of an object with its fields in this order, without the fields that are undefined. */
function sorted<T extends object>(object: T, order: readonly string[]): T {
  const known = Object.entries(object).filter(([, value]) => value !== undefined);
  known.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  return Object.fromEntries(known) as T;
}

/** Returns the name of an object. */
export function nameOf({ apiVersion, kind, metadata }: KubeObject): ObjectName {
  const { namespace, name = "" } = metadata;
  return { apiVersion, kind, ...(namespace && { namespace }), name };
}
