/** Formats the report of a plan as text for a terminal. The functions are pure. */
import { type Json, jsonText } from "../../api/mod.ts";
import type {
  FieldChange,
  GraphChange,
  NodeWait,
  ObjectAction,
  ObjectName,
  PlanReport,
} from "./model.ts";
import {
  blastRadius,
  type ChangeGroup,
  countActions,
  countsText,
  countText,
  groupChanges,
  hasChanges,
  namesText,
} from "./summary.ts";

/**
 * The signs that stand before the names of objects in the text. The keys are the effects of the plan on an
 * object.
 */
export const SIGNS: Record<ObjectAction, string> = {
  created: "+",
  changed: "~",
  adopted: "^",
  replaced: "±",
  pruned: "-",
  refused: "!",
};

/** Returns the string in the color of the action, or the string itself for output without colors. */
export type Painter = (text: string, action: ObjectAction) => string;

/** Formats the report as text, with the summary first. */
export function planText(report: PlanReport, paint: Painter = (text) => text): string {
  const groups = groupChanges(report.changes);
  const lines = [
    ...summaryLines(report),
    ...report.graphs.flatMap(graphLines),
    ...groups.flatMap((group) => ["", ...groupLines(group, report, paint)]),
    ...section("Not ready or not known yet:", waitLines(report.waits)),
    ...section("Notes:", report.notes),
  ];
  return `${lines.join("\n")}\n`;
}

/** Returns the lines of the summary: the numbers of instances and changes, and the blast radius. */
export function summaryLines(report: PlanReport): string[] {
  const { instances: { planned, deleting, suspended }, changes, objects } = report;
  const others = [
    ...(deleting > 0 ? [`${deleting} being deleted`] : []),
    ...(suspended > 0 ? [`${suspended} suspended`] : []),
  ];
  const counts = countText(planned, "instance") +
    (others.length > 0 ? ` (${others.join(", ")})` : "");
  const lines = [
    `Plan: ${countsText(countActions(changes))}; ${counts}, ${
      countText(objects, "object")
    } compared`,
  ];
  if (!hasChanges(report)) lines.push("Nothing would change.");
  if (changes.length > 0) {
    const { kinds, namespaces } = blastRadius(changes);
    lines.push(`  by kind:      ${radiusText(kinds)}`, `  by namespace: ${radiusText(namespaces)}`);
  }
  return lines;
}

function radiusText(counts: readonly [string, number][]): string {
  return namesText(counts.map(([name, count]) => `${name} ${count}`));
}

/** Returns a phrase about the effect of a rejected RGD on its instances. */
export function rejectionText({ serving }: GraphChange): string {
  return serving === undefined
    ? "no instance changes, because the RGD is rejected"
    : `nothing changes: the RGD is rejected, and revision ${serving} continues to serve`;
}

function graphLines(graph: GraphChange): string[] {
  const { name, action, problems, fields, crd } = graph;
  const lines = ["", `ResourceGraphDefinition ${name}: ${action}`];
  if (action === "rejected") {
    lines.push(`  ${rejectionText(graph)}; problems:`);
    for (const line of problems.flatMap((p) => p.split("\n"))) lines.push(`    ${line}`);
  }
  if (action === "changed") {
    if (fields.length === 0) {
      lines.push("    only the order of nodes or the owner of fields changes");
    }
    for (const field of fields) lines.push(`    ${fieldText(field)}`);
  }
  if (!crd) return lines;
  lines.push(`  CustomResourceDefinition ${crd.name}: ${crd.action}`);
  for (const { path, text, effect } of crd.changes) {
    lines.push(`    ${effect}: ${text} (${path})`);
  }
  if (crd.invalid.length > 0) {
    lines.push(
      `  the changed schema does not accept ${countText(crd.invalid.length, "live instance")}:`,
    );
    lines.push(
      ...limited(crd.invalid.map((i) => `    ${objectText(i)}: ${i.problems.join("; ")}`)),
    );
  }
  return lines;
}

/** The largest number of lines in one list of the text. One more line gives the number of omitted lines. */
const MAX_LINES = 10;

function limited(lines: readonly string[], limit = MAX_LINES): string[] {
  const others = lines.length - limit;
  return others <= 1 ? [...lines] : [...lines.slice(0, limit), `    and ${others} more`];
}

function groupLines(group: ChangeGroup, report: PlanReport, paint: Painter): string[] {
  const { example, changes } = group;
  const { action, fields, reason, unasked, later, replaces } = example;
  const sign = paint(SIGNS[action], action);
  const lines = [`${sign} ${groupTitle(group, report)}${replaces ? ` replaces ${replaces}` : ""}`];
  if (reason) lines.push(`    refused: ${reason}`);
  if (action === "changed" || action === "adopted") {
    for (const field of fields) lines.push(`    ${fieldText(field)}`);
    if (fields.length === 0) lines.push("    only the owner of fields changes");
  }
  if (later) lines.push("    follows when the nodes that it depends on are ready");
  if (unasked) lines.push(`    not checked by the API server: ${unasked}`);
  if (changes.length > 1) {
    const objects = changes.map((change) => `    ${objectText(change)}`);
    for (const line of limited(objects, 3)) lines.push(line);
  }
  return lines;
}

/** Returns the heading of a group, such as `changed Deployment (node web) in 412 of 412 instances`. */
export function groupTitle({ example, changes }: ChangeGroup, report: PlanReport): string {
  const { action, kind, node, instance } = example;
  const where = node === undefined ? "" : ` (node ${node})`;
  if (changes.length === 1) {
    const owner = instance ? ` of ${instance.kind} ${shortName(instance)}` : "";
    return `${action} ${objectText(example)}${where}${owner}`;
  }
  const owners = new Set(changes.map((c) => c.instance && shortName(c.instance)));
  const total = report.instances.planned;
  return `${action} ${kind}${where}: ${changes.length} objects in ${owners.size} of ${total} instances`;
}

/** Formats an object as `Kind namespace/name`. */
export function objectText(object: ObjectName): string {
  return `${object.kind} ${shortName(object)}`;
}

function shortName({ namespace, name }: ObjectName): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** Formats a change of a field, such as `spec.replicas: 1 -> 2`. */
export function fieldText({ path, old, new: now }: FieldChange): string {
  if (old === undefined) return `${path}: + ${valueText(now)}`;
  if (now === undefined) return `${path}: - ${valueText(old)}`;
  return `${path}: ${valueText(old)} -> ${valueText(now)}`;
}

/** The largest length of a value in text, in characters. */
const MAX_VALUE = 200;

function valueText(value: Json | undefined): string {
  const text = jsonText(value ?? null);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}

/**
 * Formats the nodes that are not ready or cannot be known yet. Nodes of several instances share one line if
 * they wait for the same reason.
 */
export function waitLines(waits: readonly NodeWait[]): string[] {
  const groups = Map.groupBy(waits, ({ node, kind, state, reason, instance }) => {
    const text = `${kind} (node ${node}) ${STATES[state]}: ${reason}`;
    return text.replaceAll(instance.name, "<name>");
  });
  return [...groups].map(([text, all]) =>
    all.length === 1
      ? `${objectText(all[0]!.instance)}: ${text.replaceAll("<name>", all[0]!.instance.name)}`
      : `${all.length} instances, such as ${objectText(all[0]!.instance)}: ${text}`
  );
}

const STATES: Record<NodeWait["state"], string> = {
  unknown: "cannot be known yet",
  unready: "would not be ready",
  failed: "would fail",
};

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}
