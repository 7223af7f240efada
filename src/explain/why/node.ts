/** Explains the state of a node: why its objects exist, and why the node is not ready. */
import { conditionsOf, findCondition } from "../../api/mod.ts";
import type { Node } from "../../graph/mod.ts";
import { isSuspended, type NodeOutcome } from "../../reconcile/mod.ts";
import { objectText } from "../plan/text.ts";
import { EACH, type Facts, isList } from "./facts.ts";
import { inclusion, iteration, stateOf } from "./inclusion.ts";
import { type Explanation, explanation, nameOf } from "./model.ts";
import { deletionText, objectProblems } from "./objects.ts";
import { correctStep, inspectStep, step } from "./steps.ts";
import { notCollection, notObject } from "./subject.ts";
import {
  expressionOf,
  failure,
  inputs,
  itemsOf,
  listIndex,
  localsOf,
  placeOf,
  shownValue,
} from "./values.ts";

/** The greatest number of objects or expressions of one node in an explanation. */
const MAX_ITEMS = 10;

/** Explains why the objects of a node exist or do not exist, and why the node is not ready. */
export function nodeReport(facts: Facts, node: Node): Explanation {
  const state = stateOf(facts, node.id);
  const isIncluded = state !== "Skipped";
  const because = [
    ...(isIncluded ? existence(node) : []),
    ...inclusion(facts, node),
    ...(isIncluded ? iteration(facts, node) : []),
    ...(isIncluded ? items(facts, node) : []),
    ...(state === "Ready" ? readiness(facts, node) : []),
    ...(state === "Ready" || !isIncluded ? [] : nodeProblems(facts, node)),
  ];
  return explanation("node", nodeText(facts, node), { node: node.id, state, because });
}

/** Explains why one object of a collection exists, and why it is not ready. */
export function objectReport(facts: Facts, node: Node, place: number): Explanation {
  const objects = facts.objects(node.id);
  const index = isList(node) ? listIndex(facts, node, place) : 0;
  const object = objects[index];
  if (!isList(node)) throw notCollection(node.id, place);
  if (!object) throw notObject(node.id, place, objects.map((_, i) => placeOf(facts, node, i)));
  const problems = unreadyObjects(facts, node).filter((each) =>
    each.object !== undefined && objectText(each.object) === objectText(nameOf(object))
  ).flatMap((each) => each.because);
  const leaving = problems.length > 0 ? [] : objectProblems(facts, object);
  const found = item(facts, node, index);
  return { ...found, because: [...iteration(facts, node), ...problems, ...leaving] };
}

/**
 * Explains why the objects of a node without includeWhen exist. Returns an empty list for a node with
 * includeWhen.
 */
function existence({ id, type, includeWhen }: Node): Explanation[] {
  if (type === "external" || type === "externalCollection") {
    const text = "the node is an externalRef: kro reads its objects and does not create them";
    return [explanation("expression", text, { node: id })];
  }
  if (includeWhen.length > 0) return [];
  const text = "the node has no includeWhen, so every instance has the node";
  return [explanation("expression", text, { node: id })];
}

/** Explains why the object of a node is ready, with one statement for each expression of readyWhen. */
function readiness(facts: Facts, node: Node): Explanation[] {
  if (isList(node)) return [];
  return node.readyWhen.map((expression) =>
    explanation("expression", `readyWhen ${expressionOf(expression)} is true`, {
      node: node.id,
      expression: expression.source,
      because: inputs(facts, expression, { reader: node }),
    })
  );
}

/** Returns a statement with the state of a node, such as `node "web" (Deployment web) is ready`. */
export function nodeText(facts: Facts, node: Node): string {
  const { id, kind: { kind } } = node;
  const state = stateOf(facts, id);
  const isLeaving = facts.observation.instance.metadata.deletionTimestamp !== undefined;
  const objects = facts.objects(id);
  const [first] = objects;
  const what = isList(node)
    ? `${objects.length} ${kind} object${objects.length === 1 ? "" : "s"}`
    : first
    ? objectText(nameOf(first))
    : kind;
  const subject = `node "${id}" (${what})`;
  switch (state) {
    case "Ready":
      return `${subject} is ready`;
    case "Skipped":
      return `node "${id}" (${kind}) is skipped`;
    case undefined:
      if (!isLeaving) return `${subject} was not evaluated`;
      return objects.length > 0
        ? `${subject} is deleted together with the instance`
        : `node "${id}" (${kind}) has no objects left: the instance is being deleted`;
    case "Missing":
      return `node "${id}" (${kind}) has not been created`;
    case "Pending":
      return `${subject} waits for data`;
    case "Waiting":
      return `${subject} is not ready`;
    case "Deleting":
      return `${subject} is being deleted`;
    default:
      return `${subject} has failed`;
  }
}

/** Explains why a node is not ready. Each node is explained once; a second mention has no explanation. */
export function nodeExplanation(facts: Facts, id: string): Explanation {
  const node = facts.node(id);
  const state = stateOf(facts, id);
  const isKnown = facts.seen.has(`node ${id}`);
  facts.seen.add(`node ${id}`);
  return explanation("node", nodeText(facts, node), {
    node: id,
    state,
    because: isKnown ? [] : nodeProblems(facts, node),
  });
}

/** Returns the reasons why a node is not ready. In a chain of reasons, the first cause comes last. */
export function nodeProblems(facts: Facts, node: Node): Explanation[] {
  const { observation } = facts;
  const outcome = observation.nodes.find(({ id }) => id === node.id);
  if (!outcome) {
    return facts.objects(node.id).slice(0, MAX_ITEMS).flatMap((object) =>
      objectProblems(facts, object)
    );
  }
  if (outcome.state === "Ready" || outcome.state === "Skipped") return [];
  const unreadable = observation.unreadable?.get(node.id);
  if (unreadable !== undefined) {
    return [
      explanation("object", `the objects of the node cannot be read: ${unreadable}`),
      step("ask for the permission that the message names"),
    ];
  }
  if (outcome.state === "Pending") {
    const blockers = node.dependencies.filter((id) => isBlocking(stateOf(facts, id)));
    if (blockers.length > 0) {
      return blockers.map((id) => nodeExplanation(facts, id));
    }
  }
  const failures = failedExpressions(facts, node);
  if (failures.length > 0) return failures;
  const missing = missingObjects(facts, node, outcome);
  if (missing.length > 0) return missing;
  const unready = outcome.state === "Waiting" ? unreadyObjects(facts, node) : [];
  if (unready.length > 0) return unready;
  const objects = facts.objects(node.id).slice(0, MAX_ITEMS);
  const leaving = objects.flatMap((object) => {
    const nested = observation.nested?.(nameOf(object));
    return nested ? [facts.explain(nested)] : objectProblems(facts, object);
  });
  if (outcome.state === "Deleting" && leaving.length > 0) return leaving;
  const reason = outcome.reason ? [explanation("node", outcome.reason, { node: node.id })] : [];
  const next = outcome.state === "Failed"
    ? [correctStep(observation.graph.name, observation.instance)]
    : [];
  return [...reason, ...leaving, ...next];
}

function isBlocking(state: string | undefined): boolean {
  return state !== "Ready" && state !== "Skipped";
}

/** Explains the expressions of a node that cannot be evaluated, or that read a value that does not exist. */
function failedExpressions(facts: Facts, node: Node): Explanation[] {
  const included = node.includeWhen.map((expression) => ({ expression, at: "includeWhen" }));
  const listed = node.forEach.map(({ variable, list }) => ({
    expression: list,
    at: `forEach ${variable}`,
  }));
  const first = itemsOf(facts, node)[0];
  const fields = node.forEach.length > 0 && !first ? [] : node.fields.map((field) => ({
    expression: field.expression,
    at: field.path.join("."),
  }));
  return [...included, ...listed, ...fields].flatMap(({ expression, at }) => {
    const answer = facts.evaluate(expression, first ?? {});
    if (answer.ok) return [];
    const because = inputs(facts, expression, { reader: node, locals: first });
    const why = failure(answer);
    const isShown = because.some(({ value, path }) => value === undefined && path === why.path);
    if (!isShown) because.push(why);
    const verb = answer.pending ? "waits for a value" : "fails";
    const next = answer.pending
      ? nextForMissing(facts, answer.missing)
      : [correctStep(facts.observation.graph.name, facts.observation.instance)];
    return [explanation("expression", `${at}: ${expressionOf(expression)} ${verb}`, {
      node: node.id,
      expression: expression.source,
      because: [...because, ...missingSource(facts, answer.missing), ...next],
    })];
  }).slice(0, MAX_ITEMS);
}

/**
 * Explains why an object does not have the field `missing` yet, by the conditions and Events of the object.
 */
function missingSource(facts: Facts, missing: string | undefined): Explanation[] {
  const id = missing?.match(/^[\w]+/)?.[0] ?? "";
  if (!facts.observation.graph.nodes.has(id)) return [];
  return facts.objects(id).slice(0, 1).flatMap((object) => [
    ...objectProblems(facts, object),
    inspectStep(object),
  ]);
}

function nextForMissing(facts: Facts, missing: string | undefined): Explanation[] {
  if (!missing?.startsWith("schema.")) return [];
  const { kind, metadata: { name } } = facts.observation.instance;
  const field = missing.slice("schema.".length);
  return [step(`set ${field} in the ${kind} ${name}`)];
}

/** Explains why the cluster lacks objects that the node defines. */
function missingObjects(facts: Facts, node: Node, { reason }: NodeOutcome): Explanation[] {
  const names = facts.observation.missing?.get(node.id) ?? [];
  if (names.length === 0) {
    if (node.type !== "external" || facts.objects(node.id).length > 0) return [];
    return externalMissing(facts, node, reason);
  }
  const because = absenceReasons(facts, node);
  const shown = names.slice(0, MAX_ITEMS).map((object) =>
    explanation("object", `${objectText(object)} does not exist`, { object, because })
  );
  const more = names.length - shown.length;
  return more === 0 ? shown : [
    ...shown,
    explanation("object", `${more} more objects of node "${node.id}" do not exist`),
  ];
}

/** Explains why the controller has not created the objects of a node. */
function absenceReasons(facts: Facts, node: Node): Explanation[] {
  const { instance, graph, isGraphSuspended } = facts.observation;
  if (isGraphSuspended || isSuspended(instance)) {
    return [explanation("condition", "kro creates no objects while reconciliation is suspended")];
  }
  const reported = reportedFor(facts, node.id);
  if (reported === undefined) {
    return [
      explanation("condition", "no condition of the instance reports why"),
      step("check that the controller runs: kro check URL, or its log"),
    ];
  }
  const next = /forbidden/i.test(reported)
    ? step(`give kro the permissions that kro generate rbac ${graph.name} prints`)
    : correctStep(graph.name, instance);
  return [explanation("condition", `the controller reports: ${reported}`), next];
}

function externalMissing(facts: Facts, node: Node, reason = ""): Explanation[] {
  const { kind } = node.kind;
  const metadata = node.template.metadata as Record<string, unknown> | undefined;
  const field = (key: string) => {
    const own = node.fields.find(({ path }) => path.join(".") === `metadata.${key}`);
    const answer = own && facts.evaluate(own.expression);
    return answer?.ok ? answer.value : own ? undefined : metadata?.[key];
  };
  const name = field("name");
  if (typeof name !== "string" || !reason.includes("not found")) return [];
  const namespace = field("namespace") ?? facts.observation.instance.metadata.namespace;
  const place = node.kind.namespaced && namespace ? `${namespace}/${name}` : name;
  return [
    explanation("object", `the external ${kind} ${place} does not exist`),
    step(`create the ${kind} ${place}; kro reads it and does not create it`),
  ];
}

/**
 * Returns the first line about a node in the message of the instance's condition ResourcesReady; undefined
 * when no line is about the node.
 */
function reportedFor({ observation: { instance } }: Facts, id: string): string | undefined {
  const message = findCondition(conditionsOf(instance), "ResourcesReady")?.message ?? "";
  const lines = message.split("\n").filter((line) => line.includes(`node "${id}"`));
  const text = lines[0];
  return text?.slice(text.indexOf(`node "${id}"`));
}

/** Explains the objects of a node whose readyWhen is not true. */
function unreadyObjects(facts: Facts, node: Node): Explanation[] {
  return facts.objects(node.id).flatMap((object, index) => {
    const name = nameOf(object);
    const locals = { [isList(node) ? EACH : node.id]: object as never };
    const failed = node.readyWhen.flatMap((expression) => {
      const answer = facts.evaluate(expression, locals);
      if (answer.ok && answer.value === true) return [];
      const result = answer.ok ? `is ${shownValue(answer.value)}` : "waits for a value";
      const reads = inputs(facts, expression, {
        reader: node,
        ...(isList(node) && { locals }),
      });
      return [explanation("expression", `readyWhen ${expressionOf(expression)} ${result}`, {
        node: node.id,
        expression: expression.source,
        because: reads,
      })];
    });
    if (failed.length === 0) return [];
    const nested = facts.observation.nested?.(name);
    const because = [
      ...failed,
      ...(nested ? [facts.explain(nested)] : [
        ...objectProblems(facts, object),
        inspectStep(object),
      ]),
    ];
    if (!isList(node)) return because;
    const place = Object.entries(localsOf(facts, node, index))
      .map(([key, value]) => `${key}=${shownValue(value)}`).join(", ");
    const text = `${objectText(name)}${
      place && !node.confidential ? ` (${place})` : ""
    } is not ready`;
    return [explanation("object", text, { object: name, because })];
  }).slice(0, MAX_ITEMS * 2);
}

/** Lists the objects of a collection with the iterator values that each was created for. */
function items(facts: Facts, node: Node): Explanation[] {
  if (!isList(node)) return [];
  const objects = facts.objects(node.id);
  const shown = objects.slice(0, MAX_ITEMS).map((object, index) => {
    const { deletionTimestamp, finalizers = [] } = object.metadata;
    const text = deletionText(objectText(nameOf(object)), finalizers);
    const because = deletionTimestamp === undefined ? [] : [explanation("object", text)];
    return { ...item(facts, node, index), because };
  });
  const more = objects.length - shown.length;
  return more === 0 ? shown : [...shown, explanation("object", `${more} more objects`)];
}

/** Returns the statement that names an object of a collection with its iterator values. */
function item(facts: Facts, node: Node, index: number): Explanation {
  const object = nameOf(facts.objects(node.id)[index]!);
  const values = Object.entries(localsOf(facts, node, index))
    .map(([key, value]) => `${key}=${shownValue(value)}`).join(", ");
  const why = values === "" || node.confidential ? "" : `: ${values}`;
  const place = placeOf(facts, node, index);
  return explanation("object", `${node.id}[${place}] is ${objectText(object)}${why}`, { object });
}
