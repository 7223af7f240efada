/** The descriptions of instances and graphs that `kro describe` prints. */
import {
  type Condition,
  conditionsOf,
  findCondition,
  joinLines,
  type KubeObject,
  type ResourceGraphDefinition,
} from "../../api/mod.ts";
import {
  eventTime,
  explanationText,
  objectText,
  type Observation,
  shownState,
  stepsOf,
  whyGraph,
} from "../../explain/mod.ts";
import { ageText } from "./age.ts";
import { table } from "../output.ts";
import { nameOf } from "./names.ts";
import { explain, type ObservedInstance } from "./observer.ts";
import { instanceRows, instanceState, stateOf } from "./rows.ts";

/** The options of descriptions. */
export interface DescriptionOptions {
  /** The present time in milliseconds since the epoch. */
  now: number;
  /** The width of the terminal in characters; unlimited when absent. */
  width?: number;
}

/**
 * Describes an instance: its state, conditions and nodes, the reasons why nodes wait, the last error, the
 * suggested next steps, and the Events.
 */
export function instanceDescription(
  observed: ObservedInstance,
  options: DescriptionOptions,
): string {
  const { instance, rgd, revision, observation, isUnreadable } = observed;
  const { metadata } = instance;
  const conditions = conditionsOf(instance);
  const leaving = metadata.deletionTimestamp;
  const found = explain(observed);
  const steps = stepsOf(found);
  const reasons = explanationText({ ...found, because: withoutSteps(found.because) })
    .trimEnd().split("\n").slice(1);
  const graph = rgd && `${rgd.metadata.name}${revision ? `, revision ${revision}` : ""}`;
  const seen = Math.max(0, ...conditions.map(({ observedGeneration = 0 }) => observedGeneration));
  return [
    fields([
      ["Name", metadata.name],
      ["Namespace", metadata.namespace],
      ["Kind", `${instance.kind} (${instance.apiVersion})`],
      ["Graph", graph ?? (isUnreadable ? "unknown" : "none")],
      ["State", instanceState(instance) || "unknown"],
      ["Ready", findCondition(conditions, "Ready")?.status ?? "Unknown"],
      ["Age", ageText(metadata.creationTimestamp, options.now)],
      ["Deleting", leaving && `since ${ageText(leaving, options.now)}`],
      ["Generation", `${metadata.generation ?? "unknown"} (status of ${seen || "none"})`],
    ]),
    section("Conditions", conditionTable(conditions, options)),
    section("Nodes", observation ? nodeTable(observation, options) : ""),
    section("Waits", isReady(observed) ? "" : indented(reasons.map(dedent))),
    section("Last error", lastError(conditions, options)),
    section("Next steps", indented(steps)),
    section("Events", eventTable(observation?.events?.(nameOf(instance)) ?? [], options)),
  ].filter((part) => part !== "").join("");
}

/** Describes an RGD: its state, conditions, nodes and instances. */
export function graphDescription(
  rgd: ResourceGraphDefinition,
  instances: readonly KubeObject[] | undefined,
  events: readonly KubeObject[],
  options: DescriptionOptions,
): string {
  const { metadata, spec, status } = rgd;
  const { kind = "", apiVersion = "", group = "kro.run", scope } = spec?.schema ?? {};
  const nodes = (spec?.resources ?? []).map(({ id, template, externalRef, forEach }) => {
    const { kind: nodeKind, apiVersion: version } = (template ?? externalRef ?? {}) as {
      kind?: string;
      apiVersion?: string;
    };
    const needs = status?.resources?.find((each) => each.id === id)?.dependencies ?? [];
    const type = externalRef ? "external" : forEach ? "collection" : "resource";
    return [id, type, `${nodeKind ?? ""} (${version ?? ""})`, needs.map((n) => n.id).join(", ")];
  });
  const broken = (instances ?? []).filter((each) => instanceState(each) !== "ACTIVE");
  const columns = { namespaces: true, kinds: false, wide: false, now: options.now };
  const { header, rows } = instanceRows(broken.slice(0, MAX_INSTANCES), columns);
  const more = broken.length - rows.length;
  return [
    fields([
      ["Name", metadata.name],
      ["Defines", `${kind} (${group}/${apiVersion}, ${scope ?? "Namespaced"})`],
      ["State", stateOf(rgd) || "unknown"],
      ["Revision", String(status?.lastIssuedRevision ?? "none")],
      ["Age", ageText(metadata.creationTimestamp, options.now)],
      ["Instances", instances && instanceCounts(instances)],
    ]),
    section("Conditions", conditionTable(conditionsOf(rgd), options)),
    section(
      "Nodes",
      nodes.length > 0 ? inner(["NODE", "TYPE", "KIND", "DEPENDS ON"], nodes, options) : "",
    ),
    section(
      "Instances that are not active",
      rows.length > 0
        ? inner(header, rows, options) + indented(more > 0 ? [`${more} more`] : [])
        : "",
    ),
    section("Last error", lastError(conditionsOf(rgd), options)),
    section("Next steps", indented(stepsOf(whyGraph(rgd)))),
    section("Events", eventTable(events, options)),
  ].filter((part) => part !== "").join("");
}

/** The greatest number of instances in the description of an RGD. */
const MAX_INSTANCES = 20;

function instanceCounts(instances: readonly KubeObject[]): string {
  const counts = Map.groupBy(instances, (each) => instanceState(each) || "no state");
  const states = [...counts].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([state, all]) => `${all.length} ${state}`);
  return states.length > 0 ? `${instances.length} (${states.join(", ")})` : "0";
}

type Fields = readonly (readonly [name: string, value: string | undefined])[];

function fields(all: Fields): string {
  const known = all.filter(([, value]) => value !== undefined);
  const width = Math.max(...known.map(([name]) => name.length)) + 3;
  return known.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}\n`).join("");
}

function section(title: string, body: string): string {
  return body === "" ? "" : `${title}:\n${body}`;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}\n`).join("");
}

function dedent(line: string): string {
  return line.replace(/^ {2}/, "");
}

/** Returns a table that is indented by two spaces. */
function inner(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { width }: DescriptionOptions,
): string {
  const text = table(header, rows, width === undefined ? undefined : width - 2);
  return indented(text.trimEnd().split("\n"));
}

function conditionTable(conditions: readonly Condition[], options: DescriptionOptions): string {
  if (conditions.length === 0) return "";
  const rows = conditions.map(({ type, status, reason, message = "", lastTransitionTime }) => {
    const first = conditions.find((each) => each.message === message)!;
    const isRepeated = message !== "" && first.type !== type;
    return [
      type,
      status,
      reason ?? "",
      ageText(lastTransitionTime, options.now),
      isRepeated ? `see ${first.type}` : joinLines(message, "; "),
    ];
  });
  return inner(["TYPE", "STATUS", "REASON", "AGE", "MESSAGE"], rows, options);
}

function nodeTable(observation: Observation, options: DescriptionOptions): string {
  const { nodes } = observation;
  if (nodes.length === 0) return "";
  const rows = nodes.map((node) => {
    const { id, objects } = node;
    const [first] = objects;
    const more = objects.length > 1 ? ` and ${objects.length - 1} more` : "";
    return [id, shownState(observation, node), first ? `${objectText(first)}${more}` : ""];
  });
  return inner(["NODE", "STATE", "OBJECTS"], rows, options);
}

/**
 * Returns the error that is reported by the condition which became False last. Ready and InstanceSynced are
 * ignored, because they only summarize the other conditions.
 */
function lastError(conditions: readonly Condition[], { now }: DescriptionOptions): string {
  const failed = conditions.filter(({ type, status, message }) =>
    status === "False" && message && type !== "Ready" && type !== "InstanceSynced"
  ).sort((a, b) => (b.lastTransitionTime ?? "") < (a.lastTransitionTime ?? "") ? -1 : 1);
  const [latest] = failed;
  if (!latest) return "";
  const lines = (latest.message ?? "").split("\n");
  const since = latest.lastTransitionTime
    ? ` (${ageText(latest.lastTransitionTime, now)} ago)`
    : "";
  return indented([
    `${latest.type}, ${latest.reason ?? ""}${since}:`,
    ...lines.map((l) => `  ${l}`),
  ]);
}

/** The greatest number of Events in a description. */
const MAX_EVENTS = 10;

function eventTable(events: readonly KubeObject[], options: DescriptionOptions): string {
  if (events.length === 0) return "";
  const rows = events.slice(0, MAX_EVENTS).map((event) => {
    const { type, reason, message, reportingComponent, source } = event as Record<string, unknown>;
    const component = (source as { component?: string } | undefined)?.component;
    return [
      String(type ?? ""),
      String(reason ?? ""),
      ageText(eventTime(event), options.now),
      String(reportingComponent || component || ""),
      String(message ?? "").replaceAll(/\s+/g, " "),
    ];
  });
  return inner(["TYPE", "REASON", "AGE", "FROM", "MESSAGE"], rows, options);
}

/** Reports whether an instance is ready. Without a graph, the status of the instance may be outdated. */
function isReady({ instance, observation }: ObservedInstance): boolean {
  return observation !== undefined && stateOf(instance) === "ACTIVE" &&
    instance.metadata.deletionTimestamp === undefined;
}

type Statements = ReturnType<typeof explain>["because"];

/**
 * Returns the statements without steps, because the description lists the steps in a section of their own.
 */
function withoutSteps(statements: Statements): Statements {
  return statements.filter(({ topic }) => topic !== "step")
    .map((each) => ({ ...each, because: withoutSteps(each.because) }));
}
