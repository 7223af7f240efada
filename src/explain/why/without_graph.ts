/** Explains instances whose kind has no usable graph, or whose graph cannot be read. */
import {
  apiVersionOf,
  conditionsOf,
  FINALIZER,
  type KindRef,
  type KubeObject,
  type ResourceGraphDefinition,
} from "../../api/mod.ts";
import { objectText } from "../plan/text.ts";
import { conditionProblems, stateOfInstance } from "./instance.ts";
import { type Explanation, explanation, nameOf } from "./model.ts";
import { conditionText, deletionText } from "./objects.ts";
import { step } from "./steps.ts";

/** The reasons why an instance is explained without its graph. */
export interface MissingGraph {
  /** The problems of the RGD, or the errors of the requests that read the graph. */
  problems?: readonly string[];
  /** Whether the API server refuses to let the caller read the graph. The graph itself may be usable. */
  isUnreadable?: boolean;
}

/**
 * Explains why an instance without a usable graph is not reconciled. If the caller may not read the graph,
 * explains the instance by its conditions, because a controller may still reconcile it.
 *
 * @param rgd The RGD that defines the kind; undefined when it does not exist or cannot be read.
 */
export function withoutGraph(
  instance: KubeObject,
  kind: KindRef,
  rgd: ResourceGraphDefinition | undefined,
  { problems = [], isUnreadable = false }: MissingGraph = {},
): Explanation {
  const object = nameOf(instance);
  const state = stateOfInstance(instance);
  const name = objectText(object);
  const because = isUnreadable
    ? unreadable(problems)
    : rgd
    ? unusable(rgd, problems)
    : undefinedKind(instance, kind);
  const { deletionTimestamp, finalizers = [] } = instance.metadata;
  if (deletionTimestamp !== undefined) {
    const text = deletionText(name, finalizers);
    return explanation("instance", text, { object, state, time: deletionTimestamp, because });
  }
  const text = isUnreadable
    ? `${name}: ${state || "without a state"}; its nodes are unknown`
    : `${name} is not reconciled`;
  const types = isUnreadable ? ["InstanceManaged", "GraphResolved", "ResourcesReady"] : undefined;
  return explanation("instance", text, {
    object,
    state,
    because: [...conditionProblems(instance, types), ...because],
  });
}

function unreadable(problems: readonly string[]): Explanation[] {
  return [
    explanation("object", `the graph of the kind cannot be read: ${problems.join("; ")}`),
    step("use an account that may read it, or ask a controller with --server"),
  ];
}

function undefinedKind({ metadata }: KubeObject, kind: KindRef): Explanation[] {
  const { name, namespace, deletionTimestamp, finalizers = [] } = metadata;
  const definition = `the kind ${kind.kind} of ${apiVersionOf(kind)}`;
  const found = [explanation("object", `no ResourceGraphDefinition defines ${definition}`)];
  if (deletionTimestamp === undefined) {
    const text =
      `apply a ResourceGraphDefinition that defines the kind, or delete the ${kind.kind}`;
    return [...found, step(`${text} ${name}`)];
  }
  if (!finalizers.includes(FINALIZER)) return found;
  const at = namespace === undefined ? "" : ` -n ${namespace}`;
  const target = `${kind.plural}.${kind.group}/${name}${at}`;
  return [
    ...found,
    step(`if no controller deletes it: kro delete ${target} --force-local`),
  ];
}

function unusable(rgd: ResourceGraphDefinition, problems: readonly string[]): Explanation[] {
  const name = rgd.metadata.name!;
  const conditions = conditionsOf(rgd).filter(({ status, type }) =>
    status !== "True" && type !== "Ready"
  );
  const because = problems.length > 0
    ? problems.map((problem) => explanation("expression", problem))
    : conditions.map((condition) =>
      explanation("condition", conditionText(condition), { time: condition.lastTransitionTime })
    );
  return [
    explanation("object", `the ResourceGraphDefinition ${name} has no usable graph`, { because }),
    step(`correct the ResourceGraphDefinition ${name}; kro validate checks a file`),
  ];
}
