/** Explains why an instance is not ready, by its conditions and by the nodes that block it. */
import {
  Annotation,
  type Condition,
  conditionsOf,
  findCondition,
  type KubeObject,
} from "../../api/mod.ts";
import { isSuspended } from "../../reconcile/mod.ts";
import { objectText } from "../plan/text.ts";
import { Facts } from "./facts.ts";
import { masked } from "./hidden.ts";
import { type Explanation, explanation, nameOf, type Observation } from "./model.ts";
import { nodeExplanation } from "./node.ts";
import { conditionText, deletionText, event } from "./objects.ts";
import { finalizerSteps, step } from "./steps.ts";

/** The greatest number of nodes or objects that an explanation of an instance names. */
const MAX_ITEMS = 20;

/** Explains why an instance is not ready, or states that the instance is ready. */
export function notReady(observation: Observation): Explanation {
  const facts = new Facts(observation, notReady);
  const { instance } = observation;
  const object = nameOf(instance);
  const state = stateOfInstance(instance);
  const more = { object, state };
  const name = objectText(object);
  if (instance.metadata.deletionTimestamp !== undefined) {
    const { finalizers = [], deletionTimestamp } = instance.metadata;
    return explanation("instance", deletionText(name, finalizers), {
      ...more,
      time: deletionTimestamp,
      because: deletion(observation),
    });
  }
  const because = [
    ...suspension(observation),
    ...staleness(instance),
    ...conditionProblems(instance),
    ...blockingNodes(facts),
    ...leftovers(observation),
  ];
  const shown = because.length === 0 ? disagreement(instance, state) : because;
  const isReady = shown.length === 0;
  const text = isReady ? `${name} is ready` : `${name} is not ready: ${state || "without a state"}`;
  const found = explanation("instance", text, { ...more, because: shown });
  return masked(found, secretsOf(observation));
}

/** Returns the observed Secrets, whose values explanations must not quote. */
export function secretsOf({ objects }: Observation): KubeObject[] {
  return [...objects.values()].flat()
    .filter(({ apiVersion, kind }) => apiVersion === "v1" && kind === "Secret");
}

/** Returns `status.state` of an instance; an empty string when the status has no state. */
export function stateOfInstance({ status }: KubeObject): string {
  const state = (status as { state?: unknown } | undefined)?.state;
  return typeof state === "string" ? state : "";
}

/** The start of the message of the condition ResourcesReady while objects are being deleted. */
const WAITING_FOR = "deleting resources: waiting for ";

function deletion({ removed, instance, events }: Observation): Explanation[] {
  const left = removed.slice(0, MAX_ITEMS).map((object) => {
    const { action, adopted: _, finalizers = [], ...name } = object;
    const text = action === "deleting"
      ? deletionText(objectText(name), finalizers)
      : `${objectText(name)} is deleted next`;
    return explanation("object", text, {
      object: name,
      because: [
        ...(events?.(name) ?? []).filter(({ type }) => type === "Warning").slice(0, 3).map(event),
        ...finalizerSteps(finalizers),
      ],
    });
  });
  const message = findCondition(conditionsOf(instance), "ResourcesReady");
  // If the message only says which objects the deletion waits for, it is left out, because `left` names these
  // objects.
  const isRepeated = left.length > 0 && message?.message?.startsWith(WAITING_FOR) === true;
  const reported = message && message.status !== "True" && !isRepeated
    ? [explanation("condition", conditionText(message), { time: message.lastTransitionTime })]
    : [];
  if (left.length > 0) return [...reported, ...left];
  const rest = (instance.metadata.finalizers ?? []).filter((name) => name !== "kro.run/finalizer");
  const why = rest.length > 0
    ? `the objects are gone; the owners of the finalizers ${rest.join(", ")} must remove them`
    : "the objects are gone; the controller removes the finalizer in its next pass";
  return [...reported, explanation("object", why)];
}

function suspension({ instance, graph, isGraphSuspended }: Observation): Explanation[] {
  if (isGraphSuspended) {
    const rgd = `the ResourceGraphDefinition ${graph.name}`;
    return [
      explanation("condition", `reconciliation is suspended by an annotation of ${rgd}`),
      step(`remove the annotation ${Annotation.reconcile} of ${rgd} to continue`),
    ];
  }
  if (!isSuspended(instance)) return [];
  const value = instance.metadata.annotations?.[Annotation.reconcile];
  const at = `${Annotation.reconcile}=${value}`;
  return [
    explanation("condition", `reconciliation is suspended by the annotation ${at}`),
    step(`remove the annotation ${Annotation.reconcile} to continue`),
  ];
}

/** Explains a status that the controller has not written, or has written for an earlier generation. */
function staleness({ metadata, status }: KubeObject): Explanation[] {
  const conditions = conditionsOf({ apiVersion: "", kind: "", metadata, status });
  if (conditions.length === 0) {
    return [
      explanation("condition", "the controller has not written a status yet"),
      step("check that the controller runs: kro check URL, or its log"),
    ];
  }
  const seen = conditions.reduce(
    (most, { observedGeneration = 0 }) => Math.max(most, observedGeneration),
    0,
  );
  const { generation = 0 } = metadata;
  if (seen === 0 || seen >= generation) return [];
  const text = `the status is of generation ${seen}; the present generation is ${generation}`;
  return [explanation("condition", text)];
}

/**
 * Explains the conditions of these types whose status is not True. The default types are those of conditions
 * whose cause is not a node.
 */
export function conditionProblems(
  instance: KubeObject,
  types: readonly string[] = ["InstanceManaged", "GraphResolved"],
): Explanation[] {
  const conditions = conditionsOf(instance);
  return types.flatMap((type) => {
    const condition: Condition | undefined = findCondition(conditions, type);
    if (!condition || condition.status === "True") return [];
    return [explanation("condition", `the condition ${conditionText(condition)}`, {
      time: condition.lastTransitionTime,
    })];
  });
}

/**
 * Explains the nodes that are not ready. The nodes that only wait for these nodes follow, with one line each.
 */
function blockingNodes(facts: Facts): Explanation[] {
  const { observation: { nodes, graph } } = facts;
  const open = nodes.filter(({ state }) => state !== "Ready" && state !== "Skipped");
  const isOpen = (id: string) => open.some((node) => node.id === id);
  const isDependent = (id: string) => graph.nodes.get(id)!.dependencies.some(isOpen);
  const first = open.filter(({ id, state }) => state !== "Pending" || !isDependent(id));
  const rest = open.filter((node) => !first.includes(node));
  return [
    ...first.slice(0, MAX_ITEMS).map(({ id }) => nodeExplanation(facts, id)),
    ...rest.slice(0, MAX_ITEMS).map(({ id, state }) => {
      const needs = graph.nodes.get(id)!.dependencies.filter(isOpen).map((d) => `"${d}"`);
      return explanation("node", `node "${id}" waits for ${needs.join(", ")}`, { node: id, state });
    }),
  ];
}

/** Explains objects that the graph no longer contains and that are not gone yet. */
function leftovers({ removed }: Observation): Explanation[] {
  return removed.slice(0, MAX_ITEMS).map(({ action, adopted: _, finalizers = [], ...name }) => {
    const text = action === "deleting"
      ? deletionText(objectText(name), finalizers)
      : `${objectText(name)} is not part of the graph any more; the controller will delete it`;
    return explanation("object", text, { object: name });
  });
}

/** Explains an instance whose nodes are ready although its status says otherwise. */
function disagreement(instance: KubeObject, state: string): Explanation[] {
  const conditions = conditionsOf(instance);
  const ready = findCondition(conditions, "Ready");
  if (state === "ACTIVE" && ready?.status !== "False") return [];
  const reported = findCondition(conditions, "ResourcesReady") ?? ready;
  const because = reported && reported.status !== "True"
    ? [explanation("condition", `the condition ${conditionText(reported)}`, {
      time: reported.lastTransitionTime,
    })]
    : [];
  return [
    ...because,
    explanation("condition", "all nodes are ready now; the status is older than the objects"),
    step("if the status stays as it is, check that the controller runs"),
  ];
}
