/** Compares the report of `kro plan` with the changes that a controller then makes. */
import assert from "node:assert/strict";
import {
  type JsonObject,
  type KubeObject,
  Label,
  Manager,
  parseGvk,
} from "../../../src/api/mod.ts";
import {
  type FieldChange,
  fieldChanges,
  type ObjectChange,
  type PlanReport,
} from "../../../src/explain/mod.ts";
import { snapshotSource } from "../../../src/openapi/mod.ts";
import { runCommand } from "../command.ts";
import { sharedControlPlane } from "../controlplane/shared.ts";
import type { User } from "../controlplane/users.ts";
import type { TestCluster } from "./cluster.ts";
import { eventually } from "../wait.ts";
import type { GraphSpec, TestGraph } from "./graph.ts";
import { configMap, NAME } from "./nodes.ts";
import type { Scenario } from "./session.ts";

/** The report of `kro plan -o json`, with the exit code of the command. */
export interface PlanResult {
  /** The exit code of the command. */
  code: number;
  /** The report that the command printed. */
  report: PlanReport;
  /** The lines that the command wrote to stderr. */
  stderr: string;
}

/**
 * Returns the spec of an RGD with two ConfigMaps. The second ConfigMap copies a value of the first one.
 *
 * @param color The value of the first ConfigMap.
 * @param more Further nodes.
 */
export function twoMaps(color: string, more: JsonObject[] = []): GraphSpec {
  return {
    kind: "Planned",
    spec: { size: "integer | default=1" },
    resources: [
      configMap("first", `${NAME}-first`, { color, size: "${string(schema.spec.size)}" }),
      configMap("second", `${NAME}-second`, { copy: "${first.data.color}" }),
      ...more,
    ],
  };
}

/**
 * Runs `kro plan -o json` for these objects, with the test's namespace as the default namespace. `flags`
 * contains further flags of the command.
 */
export async function planned(
  cluster: TestCluster,
  objects: readonly object[],
  flags: readonly string[] = [],
  user: User = "kro",
): Promise<PlanResult> {
  const { code, stdout, stderr } = await planText(cluster, objects, ["-o", "json", ...flags], user);
  assert.ok(stdout.startsWith("{"), stderr);
  return { code, stderr, report: JSON.parse(stdout) };
}

/** Runs `kro plan` for these objects, and returns its exit code and output. */
export async function planText(
  { namespace }: TestCluster,
  objects: readonly object[],
  flags: readonly string[] = [],
  user: User = "kro",
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { kubeconfigFor } = await sharedControlPlane();
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const list = { apiVersion: "v1", kind: "List", metadata: { name: "all" }, items: objects };
    await Deno.writeTextFile(file, JSON.stringify(list));
    const connection = ["--kubeconfig", kubeconfigFor(user), "-n", namespace];
    return await runCommand(["plan", "-f", file, ...connection, ...flags]);
  } finally {
    await Deno.remove(file);
  }
}

/**
 * The children of instances at one time. A key contains the child's kind, namespace and name, such as
 * `ConfigMap ns/app-first`.
 */
export type Snapshot = ReadonlyMap<string, KubeObject>;

/**
 * Reads the children of instances, without their status. The kinds are named as in `Place.kind`.
 *
 * @param group The instances' API group; their children are read in all namespaces. By default, the children
 * of all instances are read in the test's namespace.
 */
export async function snapshot(
  cluster: TestCluster,
  kinds: readonly string[],
  group?: string,
): Promise<Snapshot> {
  const selector = group === undefined ? Label.nodeId : `${Label.instanceGroup}=${group}`;
  const lists = await Promise.all(
    kinds.map((kind) => cluster.list(kind, selector, group !== undefined)),
  );
  return new Map(
    lists.flat().map(({ status: _, ...object }: KubeObject) => [
      textOf(object as KubeObject, object.metadata),
      object as KubeObject,
    ]),
  );
}

function textOf(
  { kind }: { kind: string },
  { namespace = "", name }: { namespace?: string; name?: string },
): string {
  return `${kind} ${namespace}/${name}`;
}

/**
 * A change of an object, as a comparison of two snapshots shows it. `kro plan` reports more properties of a
 * change.
 */
export interface SeenChange {
  /** The kind and the name of the object. */
  object: string;
  /** What happened to the object. */
  action: "created" | "changed" | "pruned";
  /**
   * The changed fields, sorted by path. Empty if the object is pruned, or if only the field ownership
   * changes.
   */
  fields: FieldChange[];
}

/** Returns the changes between two snapshots, sorted by object. */
export async function changesBetween(before: Snapshot, after: Snapshot): Promise<SeenChange[]> {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const changes: SeenChange[] = [];
  for (const object of names) {
    const [old, now] = [before.get(object), after.get(object)];
    if (!now) changes.push({ object, action: "pruned", fields: [] });
    else {
      const fields = await fieldsBetween(old, now);
      const action = old ? "changed" : "created";
      if (fields.length > 0 || ownedBy(old) !== ownedBy(now)) {
        changes.push({ object, action, fields });
      }
    }
  }
  return changes;
}

/** Returns the fields that kro owns in an object, as a string. */
function ownedBy(object: KubeObject | undefined): string {
  const entry = object?.metadata.managedFields?.find(({ manager }) => manager === Manager.children);
  return JSON.stringify(entry?.fieldsV1 ?? {});
}

async function fieldsBetween(old: KubeObject | undefined, now: KubeObject): Promise<FieldChange[]> {
  const gvk = parseGvk(now.apiVersion, now.kind)!;
  const schema = (await snapshotSource().resolve(gvk))?.schema;
  return sorted(fieldChanges(old, now, { schema, isSecret: () => false, hide: () => "" }));
}

function sorted(fields: readonly FieldChange[]): FieldChange[] {
  return fields.toSorted((a, b) => a.path < b.path ? -1 : 1);
}

/**
 * Converts the changes of a report to the form of {@link changesBetween}. Leaves out refused changes, and
 * changes that happen only after other objects have become ready.
 */
export function changesOfReport({ changes }: Pick<PlanReport, "changes">): SeenChange[] {
  return changes.filter(({ action, later }) => action !== "refused" && !later)
    .map(({ action, fields, ...object }) => ({
      object: textOf(object, object),
      action: SEEN[action]!,
      fields: action === "pruned" ? [] : sorted(fields),
    }))
    .sort((a, b) => a.object < b.object ? -1 : 1);
}

const SEEN: Partial<Record<ObjectChange["action"], SeenChange["action"]>> = {
  created: "created",
  replaced: "created",
  changed: "changed",
  adopted: "changed",
  pruned: "pruned",
};

/** Returns whether {@link assertPlanned} succeeds. */
export function isPlanned(report: readonly SeenChange[], seen: readonly SeenChange[]): boolean {
  try {
    assertPlanned(report, seen);
    return true;
  } catch (error) {
    if (error instanceof assert.AssertionError) return false;
    throw error;
  }
}

/**
 * Asserts that the controller did what the plan reported, object by object and field by field. An object that
 * the controller created may have further fields, which the API server sets.
 */
export function assertPlanned(report: readonly SeenChange[], seen: readonly SeenChange[]): void {
  const created = new Map(
    report.filter(({ action }) => action === "created").map((change) => [change.object, change]),
  );
  const comparable = seen.map((change) => {
    const planned = change.action === "created" ? created.get(change.object) : undefined;
    if (!planned) return change;
    const paths = new Set(planned.fields.map(({ path }) => path));
    return { ...change, fields: change.fields.filter(({ path }) => paths.has(path)) };
  });
  assert.deepEqual(comparable.map(withoutUid), report.map(withoutUid));
}

/**
 * Returns the change without the label that contains the instance's UID. A plan cannot know the UID of an
 * instance that does not exist yet.
 */
function withoutUid(change: SeenChange): SeenChange {
  const isUid = ({ path, new: value }: FieldChange) =>
    path.includes(Label.instanceId) && (value === "" || change.action === "created");
  return { ...change, fields: change.fields.filter((field) => !isUid(field)) };
}

/**
 * Plans the change of a graph with the instances `one` and `two`, applies the change, and checks that the
 * objects changed as planned. Returns the report of the plan.
 *
 * @param kinds The kinds of the compared objects.
 * @param prepare Called when the instances are in state ACTIVE, before the plan.
 */
export async function proven(
  s: Scenario,
  old: GraphSpec,
  next: GraphSpec,
  kinds: readonly string[] = ["ConfigMap"],
  prepare: (graph: TestGraph) => Promise<unknown> = () => Promise.resolve(),
): Promise<PlanResult & { graph: TestGraph }> {
  const graph = await s.graph(old);
  for (const name of ["one", "two"]) await graph.create(name);
  for (const name of ["one", "two"]) await graph.active(name);
  await prepare(graph);
  await s.idle();
  const result = await planned(s.cluster, [graph.object(next)]);
  const before = await snapshot(s.cluster, kinds);
  const plan = changesOfReport(result.report);
  const seen = async () => await changesBetween(before, await snapshot(s.cluster, kinds));
  await graph.change(next);
  // kro may reconcile an instance before the API server sets the defaults of the changed CRD. kro then
  // repeats the reconciliation after a delay, so the test waits. A timeout of the wait is ignored, because
  // `assertPlanned` then reports the difference.
  await eventually("the planned objects", async () => isPlanned(plan, await seen()), 40)
    .catch(() => {});
  await s.idle();
  assertPlanned(plan, await seen());
  return { ...result, graph };
}
