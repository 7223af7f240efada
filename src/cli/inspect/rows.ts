/** The rows of the tables that `kro get` prints: graphs, instances, and the tree of an instance. */
import {
  conditionsOf,
  findCondition,
  joinLines,
  type KubeObject,
  type ResourceGraphDefinition,
} from "../../api/mod.ts";
import {
  conditionText,
  type ObjectName,
  type Observation,
  problemConditions,
  shownState,
} from "../../explain/mod.ts";
import { isSuspended, type NodeOutcome } from "../../reconcile/mod.ts";
import { ageText } from "./age.ts";
import { nameKey, nameOf } from "./names.ts";
import type { ObservedInstance } from "./observer.ts";

/** The header and the rows of a table. */
export interface TableRows {
  /** The headings of the columns. */
  header: readonly string[];
  /** The cells of each row. */
  rows: (readonly string[])[];
}

/** Which columns a table of instances has. */
export interface InstanceColumns {
  /** Whether the namespace of each instance is a column. */
  namespaces: boolean;
  /** Whether the kind of each instance is a column. */
  kinds: boolean;
  /** Whether the table has the columns of `-o wide`. */
  wide: boolean;
  /** The present time in milliseconds since the epoch. */
  now: number;
}

/** Returns `status.state` of an RGD or instance; an empty string when the object has no state. */
export function stateOf({ status }: KubeObject): string {
  const state = (status as { state?: unknown } | undefined)?.state;
  return typeof state === "string" ? state : "";
}

/**
 * Returns the state of an instance as the tables show it: `DELETING` while it is being deleted, `SUSPENDED`
 * while the annotation of the instance or of its RGD suspends it, and otherwise `status.state`, which a
 * suspension does not change.
 */
export function instanceState(instance: KubeObject): string {
  if (instance.metadata.deletionTimestamp !== undefined) return "DELETING";
  const resources = findCondition(conditionsOf(instance), "ResourcesReady");
  // If the RGD is suspended, only the condition of the last pass shows it.
  const isIdle = isSuspended(instance) || resources?.reason === "ReconciliationSuspended";
  return isIdle ? "SUSPENDED" : stateOf(instance);
}

function ready(object: KubeObject): string {
  return findCondition(conditionsOf(object), "Ready")?.status ?? "";
}

/** Returns the message of the condition Ready on one line, unless the condition is True. */
function messageOf(object: KubeObject): string {
  const condition = findCondition(conditionsOf(object), "Ready");
  if (!condition || condition.status === "True") return "";
  return joinLines((condition.message ?? "").replace(PREFIX, ""), "; ");
}

/** The start of the message of the condition Ready while nodes are not ready. */
const PREFIX = "resource reconciliation failed: apply results contain errors: ";

/** Returns the table of graphs. */
export function graphRows(
  rgds: readonly ResourceGraphDefinition[],
  { wide, now }: { wide: boolean; now: number },
): TableRows {
  const header = ["NAME", "APIVERSION", "KIND", "STATE", "AGE"];
  return {
    header: wide ? [...header, "REVISION", "NODES", "MESSAGE"] : header,
    rows: rgds.map((rgd) => {
      const { metadata, spec, status } = rgd;
      const { apiVersion = "", kind = "", group = "kro.run" } = spec?.schema ?? {};
      const cells = [
        metadata.name ?? "",
        `${group}/${apiVersion}`,
        kind,
        stateOf(rgd),
        ageText(metadata.creationTimestamp, now),
      ];
      if (!wide) return cells;
      const revision = status?.lastIssuedRevision;
      return [
        ...cells,
        revision === undefined ? "" : String(revision),
        String(spec?.resources?.length ?? 0),
        messageOf(rgd),
      ];
    }),
  };
}

/** Returns the table of instances. */
export function instanceRows(
  instances: readonly KubeObject[],
  { namespaces, kinds, wide, now }: InstanceColumns,
): TableRows {
  const header = [
    ...(namespaces ? ["NAMESPACE"] : []),
    ...(kinds ? ["KIND"] : []),
    "NAME",
    "STATE",
    "READY",
    "AGE",
    ...(wide ? ["GENERATION", "MESSAGE"] : []),
  ];
  const rows = instances.map((instance) => {
    const { metadata, kind } = instance;
    return [
      ...(namespaces ? [metadata.namespace ?? ""] : []),
      ...(kinds ? [kind] : []),
      metadata.name ?? "",
      instanceState(instance),
      ready(instance),
      ageText(metadata.creationTimestamp, now),
      ...(wide ? [String(metadata.generation ?? ""), messageOf(instance)] : []),
    ];
  });
  return { header, rows };
}

/** One line of the tree of an instance. */
interface Line {
  text: string;
  node: string;
  state: string;
  age: string;
  message: string;
  below: Line[];
}

/** Returns the tree of an instance as a table, with the objects of its nodes and of nested instances. */
export function treeRows(
  observed: ObservedInstance,
  { wide, now }: { wide: boolean; now: number },
): TableRows {
  const header = ["NAME", "NODE", "STATE", "AGE", "MESSAGE"];
  const rows: string[][] = [];
  const add = (line: Line, prefix: string, branch: string) => {
    rows.push([prefix + branch + line.text, line.node, line.state, line.age, line.message]);
    const under = prefix + (branch === "" ? "" : branch === LAST ? BLANK : BAR);
    for (const [index, below] of line.below.entries()) {
      add(below, under, index === line.below.length - 1 ? LAST : FORK);
    }
  };
  add(instanceLine(observed, "", "", { wide, now }), "", "");
  return { header, rows };
}

const FORK = "├─ ";
const LAST = "└─ ";
const BAR = "│  ";
const BLANK = "   ";

/** The greatest length of a message of the table without `-o wide`, in characters. */
const MAX_MESSAGE = 80;

interface TreeOptions {
  wide: boolean;
  now: number;
}

function instanceLine(
  { instance, observation, nested, removed }: ObservedInstance,
  node: string,
  nodeState: string,
  options: TreeOptions,
): Line {
  const { metadata } = instance;
  const isLeaving = metadata.deletionTimestamp !== undefined;
  const below = (observation?.nodes ?? []).flatMap((outcome) => {
    const objects = observation!.objects.get(outcome.id) ?? [];
    const missing = observation!.missing?.get(outcome.id) ?? [];
    const state = shownState(observation!, outcome);
    const reason = reasonText(observation!, outcome);
    const lines = objects.map((object): Line => {
      const inner = nested.get(nameKey(nameOf(object)));
      if (inner) return instanceLine(inner, outcome.id, state, options);
      const leaving = object.metadata.deletionTimestamp !== undefined;
      return {
        text: nameText(nameOf(object)),
        node: outcome.id,
        state: leaving ? "Deleting" : state,
        age: ageText(object.metadata.creationTimestamp, options.now),
        message: message(state === "Ready" ? "" : objectMessage(object, reason), options),
        below: [],
      };
    });
    const absent = missing.map((object): Line => ({
      text: nameText(object),
      node: outcome.id,
      state: "Missing",
      age: "",
      message: message(reportedText(instance, outcome.id), options),
      below: [],
    }));
    if (lines.length + absent.length > 0) return [...lines, ...absent];
    const { kind } = observation!.graph.nodes.get(outcome.id)!.kind;
    const text = state === "Ready" ? `${kind} (no objects)` : kind;
    const why = message(state === "Ready" ? "" : reason, options);
    return [{ text, node: outcome.id, state, age: "", message: why, below: [] }];
  });
  const observed = new Map(
    [...observation?.objects ?? []].flatMap(([id, objects]) =>
      objects.map((object) => [nameKey(nameOf(object)), { id, object }] as const)
    ),
  );
  /** Returns the line of an object that remains, and the tree below it if it is an instance. */
  const remaining = (key: string, line: Omit<Line, "below">): Line => {
    const inner = nested.get(key);
    return { ...line, below: inner ? instanceLine(inner, line.node, "", options).below : [] };
  };
  const left = removed.map(({ finalizers = [], ...object }): Line => {
    const live = observed.get(nameKey(object));
    return remaining(nameKey(object), {
      text: nameText(object),
      node: live?.id ?? "",
      state: isLeaving || object.action === "deleting" ? "Deleting" : "Leftover",
      age: live ? ageText(live.object.metadata.creationTimestamp, options.now) : "",
      message: finalizers.length > 0 ? `finalizers: ${finalizers.join(", ")}` : "",
    });
  });
  const known = new Set(removed.map(nameKey));
  // The objects of an instance that is being deleted are deleted in reverse order of their dependencies.
  const later = isLeaving
    ? [...observed].filter(([key]) => !known.has(key)).map(([key, { id, object }]) =>
      remaining(key, {
        text: nameText(nameOf(object)),
        node: id,
        state: object.metadata.deletionTimestamp === undefined ? "Present" : "Deleting",
        age: ageText(object.metadata.creationTimestamp, options.now),
        message: "",
      })
    )
    : [];
  const state = instanceState(instance);
  return {
    text: nameText(nameOf(instance)),
    node,
    state: state || nodeState,
    age: ageText(metadata.creationTimestamp, options.now),
    message: node === "" ? "" : message(messageOf(instance), options),
    below: [...below, ...left, ...later],
  };
}

/** Returns why a node is not ready, without the parts that the table shows in other columns. */
function reasonText(
  { graph, nodes }: Observation,
  { id, state, reason = "" }: NodeOutcome,
): string {
  const isOpen = (other: string) =>
    nodes.some((node) => node.id === other && node.state !== "Ready" && node.state !== "Skipped");
  const blockers = graph.nodes.get(id)!.dependencies.filter(isOpen);
  if (state === "Pending" && blockers.length > 0) {
    return `waits for ${blockers.map((other) => `"${other}"`).join(", ")}`;
  }
  return withoutNode(reason, id);
}

/**
 * Returns what the message of the condition ResourcesReady says about a node; an empty string if it does not
 * name the node.
 */
function reportedText(instance: KubeObject, id: string): string {
  const text = findCondition(conditionsOf(instance), "ResourcesReady")?.message ?? "";
  const line = text.split("\n").find((each) => each.includes(`node "${id}": `)) ?? "";
  return line.slice(line.indexOf(`node "${id}": `)).replace(`node "${id}": `, "");
}

function withoutNode(reason: string, id: string): string {
  return reason.replace(`waiting for node "${id}": `, "").replaceAll(`node "${id}": `, "");
}

function objectMessage(object: KubeObject, reason: string): string {
  const [problem] = problemConditions(object);
  return problem ? conditionText(problem) : reason;
}

function message(text: string, { wide }: TreeOptions): string {
  const line = joinLines(text, "; ");
  return wide || line.length <= MAX_MESSAGE ? line : `${line.slice(0, MAX_MESSAGE - 1)}…`;
}

function nameText({ kind, name }: ObjectName): string {
  return `${kind}/${name}`;
}
