/** Compares the expected result of a step with the state of the instance and of its objects. */
import { didYouMean, findCondition, type KubeObject } from "../../api/mod.ts";
import type { NodeOutcome, Outcome } from "../../reconcile/mod.ts";
import { type Mismatch, mismatches, mismatchText } from "./compare.ts";
import type { Expectation, ObjectReference } from "./file.ts";
import { type Simulation, TestError } from "./simulation.ts";

/** The result of a step. */
export interface StepResult {
  /** The outcome of the last pass; absent when the instance no longer exists. */
  outcome?: Outcome;
  /** The instance after the last pass; absent when the instance no longer exists. */
  instance?: KubeObject;
  /** The objects of the instance, as the graph applied them. */
  objects: KubeObject[];
}

/** Reads the result of a step from the simulation. */
export async function resultOf(simulation: Simulation): Promise<StepResult> {
  const outcome = await simulation.settle();
  const instance = await simulation.instance();
  return { outcome, instance, objects: await simulation.objects() };
}

/**
 * Returns all differences between the expected and the actual result. The path of each difference leads from
 * `expect` to the expected value.
 */
export function unexpected(
  expected: Expectation,
  result: StepResult,
  simulation: Simulation,
): Mismatch[] {
  const { outcome, instance } = result;
  const found: Mismatch[] = [];
  if (expected.state !== undefined) {
    const state = instance ? outcome?.state : "DELETED";
    if (state !== expected.state) {
      const why = failuresOf(outcome);
      const message = `expected ${expected.state}, found ${state}${why && `: ${why}`}`;
      found.push({ steps: ["state"], message });
    }
  }
  if (expected.status) found.push(...at("status", mismatches(expected.status, instance?.status)));
  for (const [type, wanted] of Object.entries(expected.conditions ?? {})) {
    found.push(...at("conditions", conditionMismatches(type, wanted, outcome)));
  }
  for (const [id, wanted] of Object.entries(expected.nodes ?? {})) {
    found.push(...at("nodes", nodeMismatches(id, wanted, outcome?.nodes ?? [])));
  }
  found.push(...at("objects", objectMismatches(expected, result.objects, simulation)));
  const absent = new Set((expected.absent ?? []).map((name) => simulation.keyOf(name)));
  for (const object of result.objects) {
    const key = simulation.keyOf(nameOf(object));
    if (!absent.has(key)) continue;
    const index = expected.absent!.findIndex((name) => simulation.keyOf(name) === key);
    found.push({ steps: ["absent", index], message: `${objectText(object)} exists` });
  }
  return found;
}

/** Returns the reasons of the nodes that failed, in one line; an empty string when no node failed. */
function failuresOf(outcome: Outcome | undefined): string {
  return (outcome?.nodes ?? []).filter(({ state }) => state === "Failed")
    .map(({ reason = "" }) => reason).join("; ");
}

function conditionMismatches(
  type: string,
  wanted: string,
  outcome: Outcome | undefined,
): Mismatch[] {
  const conditions = outcome?.conditions ?? [];
  const condition = findCondition(conditions, type);
  if (!condition) {
    const types = conditions.map((each) => each.type);
    return [{ steps: [type], message: `no condition "${type}"; ${hintOf(type, types)}` }];
  }
  if (condition.status === wanted) return [];
  const why = condition.message ? `: ${condition.message}` : "";
  return [{ steps: [type], message: `expected ${wanted}, found ${condition.status}${why}` }];
}

function nodeMismatches(
  id: string,
  wanted: NonNullable<Expectation["nodes"]>[string],
  nodes: readonly NodeOutcome[],
): Mismatch[] {
  const node = nodes.find((each) => each.id === id);
  if (!node) {
    const ids = nodes.map((each) => each.id);
    return [{ steps: [id], message: `no node "${id}"; ${hintOf(id, ids)}` }];
  }
  const { state, reason } = typeof wanted === "string" ? { state: wanted } : wanted;
  const why = node.reason ? `: ${node.reason}` : "";
  if (node.state !== state) {
    return [{ steps: [id], message: `expected ${state}, found ${node.state}${why}` }];
  }
  if (reason === undefined || node.reason?.includes(reason)) return [];
  const message = `expected a reason with ${JSON.stringify(reason)}, found ` +
    (node.reason === undefined ? "no reason" : JSON.stringify(node.reason));
  return [{ steps: [id, "reason"], message }];
}

function hintOf(name: string, known: readonly string[]): string {
  return didYouMean(name, known) ??
    (known.length ? `there are ${known.join(", ")}` : "there are none");
}

/**
 * Compares the expected objects with the actual objects. The path of each difference starts with the index of
 * the expected object, such as 0; for an unexpected object, the path is empty.
 */
function objectMismatches(
  { objects = [], exact = false }: Expectation,
  actual: readonly KubeObject[],
  simulation: Simulation,
): Mismatch[] {
  const left = new Map(actual.map((object) => [simulation.keyOf(nameOf(object)), object]));
  const found = objects.flatMap((wanted, i): Mismatch[] => {
    const key = simulation.keyOf(nameOf(wanted));
    const object = left.get(key);
    if (!object) return [{ steps: [i], message: absenceText(wanted, actual) }];
    left.delete(key);
    return mismatches(withNamespaceOf(object, wanted), object, exact, [])
      .map((each) => ({ steps: [i, ...each.steps], message: each.message }));
  });
  if (!exact) return found;
  const further = [...left.values()].map((object) => ({
    steps: [],
    message: `unexpected object ${objectText(object)}`,
  }));
  return [...found, ...further];
}

/** Compares a snapshot with the objects of the instance. */
export function snapshotMismatches(
  snapshot: KubeObject[],
  objects: readonly KubeObject[],
  simulation: Simulation,
): string[] {
  return objectMismatches({ objects: snapshot, exact: true }, objects, simulation)
    .map(({ steps: [index, ...steps], message }) =>
      typeof index === "number" && steps.length > 0
        ? `${objectText(snapshot[index]!)}: ${mismatchText({ steps, message })}`
        : message
    );
}

/**
 * Returns the expected object. If its manifest omits the namespace, the namespace of the actual object is
 * added.
 */
function withNamespaceOf(actual: KubeObject, wanted: KubeObject): KubeObject {
  const { namespace } = actual.metadata;
  if (namespace === undefined || wanted.metadata.namespace !== undefined) return wanted;
  return { ...wanted, metadata: { ...wanted.metadata, namespace } };
}

function absenceText(wanted: KubeObject, actual: readonly KubeObject[]): string {
  const names = actual.filter(({ kind }) => kind === wanted.kind)
    .map(({ metadata }) => metadata.name ?? "");
  const hint = didYouMean(wanted.metadata.name ?? "", names) ??
    (names.length > 0
      ? `the instance has ${wanted.kind} ${names.join(", ")}`
      : `the instance has no ${wanted.kind}`);
  return `${objectText(wanted)} does not exist; ${hint}`;
}

/** Formats the kind and the name of an object for messages. */
function objectText({ kind, metadata: { name, namespace } }: KubeObject): string {
  return `${kind} "${namespace === undefined ? "" : `${namespace}/`}${name}"`;
}

function nameOf({ apiVersion, kind, metadata }: KubeObject): ObjectReference {
  const { name, namespace } = metadata;
  if (typeof name !== "string") throw new TestError(`an object of the kind ${kind} has no name`);
  return { apiVersion, kind, name, namespace };
}

function at(step: string, found: readonly Mismatch[]): Mismatch[] {
  return found.map(({ steps, message }) => ({ steps: [step, ...steps], message }));
}
