/** Formats the result of a replay, and compares the result with the record. */
import type { Condition } from "../../api/mod.ts";
import type { InstanceState, Next, NodeOutcome, ObjectOutcome } from "../../reconcile/mod.ts";
import { isColored, type Output, paint, table } from "../output.ts";
import type { RecordFile } from "./file.ts";

/** The result of a replay. */
export interface ReplayResult {
  /** The version of kro that made the record. */
  kroVersion: string;
  /** The time of the recorded pass, in RFC 3339 format. */
  time: string;
  /** The instance. */
  instance: { apiVersion: string; kind: string; namespace?: string; name: string };
  /** The state of the instance after the pass. */
  state: InstanceState;
  /** The conditions of the instance after the pass. */
  conditions: Condition[];
  /** The nodes in topological order. */
  nodes: (NodeOutcome & {
    /**
     * Whether the replay evaluates the node with the same values as the recorded pass. False if a value comes
     * from a Secret, because the record contains only its replacement.
     */
    reproducible: boolean;
  })[];
  /** The objects that the pass would delete. */
  removed: ObjectOutcome[];
  /** When the next pass would run. */
  next: Next;
}

/** Formats a result as a table of the objects, followed by the nodes that are not ready. */
export function replayText(result: ReplayResult, output: Output): string {
  const { instance, state, nodes, removed, kroVersion, time } = result;
  const rows = [
    ...nodes.flatMap((node) => rowsOf(node)),
    ...removed.map((object) => ["", "", object.action, objectText(object)]),
  ];
  const shown = isColored(output) ? paint(output, state) : state;
  const lines = [
    `${objectText(instance)}: ${shown} (recorded at ${time} by kro ${kroVersion})`,
    "",
    table(["NODE", "STATE", "ACTION", "OBJECT"], rows, output.width).trimEnd(),
  ];
  const reasons = nodes.filter(({ reason }) => reason !== undefined);
  if (reasons.length > 0) {
    lines.push("", ...reasons.map(({ id, state, reason }) => `node "${id}": ${state}: ${reason}`));
  }
  const hidden = nodes.filter(({ reproducible }) => !reproducible).map(({ id }) => id);
  if (hidden.length > 0) {
    lines.push("", `not reproducible, because of values of Secrets: ${hidden.join(", ")}`);
  }
  return [...lines, "", nextText(result.next), ""].join("\n");
}

function rowsOf({ id, state, objects }: NodeOutcome): string[][] {
  if (objects.length === 0) return [[id, state, "", ""]];
  return objects.map((object, i) => [
    i === 0 ? id : "",
    i === 0 ? state : "",
    object.action,
    objectText(object),
  ]);
}

function objectText({ kind, namespace, name }: Pick<ObjectOutcome, "kind" | "namespace" | "name">) {
  return `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}

function nextText(next: Next): string {
  switch (next.kind) {
    case "done":
      return "next pass: after a change";
    case "wait":
      return `next pass: ${
        next.timed ? "after the requeue interval" : "after a change"
      }: ${next.reason}`;
    case "retry":
      return `next pass: a retry: ${next.error}`;
  }
}

/** Returns one line for each reproducible node whose state or actions differ from the record. */
export function differencesOf(
  { nodes: recorded, unreproducible }: Pick<RecordFile, "nodes" | "unreproducible">,
  nodes: readonly NodeOutcome[],
): string[] {
  const now = new Map(nodes.map((node) => [node.id, node]));
  return recorded.filter(({ id }) => !unreproducible.includes(id)).flatMap((before) => {
    const after = now.get(before.id);
    const [old, found] = [resultText(before), after ? resultText(after) : "absent"];
    return old === found
      ? []
      : [`node "${before.id}" differs from the record: expected ${old}, found ${found}`];
  });
}

function resultText({ state, objects }: NodeOutcome): string {
  const actions = objects.map((object) => `${object.action} ${objectText(object)}`);
  return [state, ...actions].join(", ");
}
