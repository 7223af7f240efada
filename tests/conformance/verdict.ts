/**
 * Reduces responses to the values that upstream and kro must agree on. Drops messages, descriptions, and the
 * parts that all generated CRDs have in common.
 */
import { isObject, type Json, type JsonObject } from "../../src/api/mod.ts";
import { celVerdict } from "./cel_verdict.ts";
import { compareVerdict } from "./compare_verdict.ts";
import { type Answer, type Area, canonical } from "./protocol.ts";

/** The part of a response that must be equal in upstream and in kro. */
export type Verdict = JsonObject;

/**
 * The stages in which upstream validates an RGD. Each entry contains the stage's name, kro's codes
 * for the problems of this stage, and a pattern that matches upstream's messages.
 */
const STAGES: readonly [stage: string, codes: readonly string[], upstream: RegExp][] = [
  ["NAMING", ["NAMING"], /^failed to validate resourcegraphdefinition|duplicate id/],
  ["SCHEMA", ["SCHEMA"], /^failed to build resourcegraphdefinition|^failed to get schema/],
  [
    "RESOURCE",
    ["COMBINATION", "SHAPE", "KIND", "SCOPE", "OWNED", "LITERAL", "EXPR-SYNTAX"],
    /^failed to build resource /,
  ],
  [
    "REFERENCE",
    ["REF", "GATE", "GRAPH", "IDENTITY"],
    /^failed to (build dependency graph|get topological order)|^resource .*omit\(\)/,
  ],
  ["TYPE", ["TYPE"], /^failed to validate resource /],
  ["STATUS", ["STATUS", "COND"], /status|conditions/],
];

/**
 * Returns the part of a response that must be equal in upstream and in kro. kro's response contains
 * problem codes; upstream's stage is derived from its error message.
 */
export function verdictOf(area: Area, answer: Answer): Verdict {
  if (area === "cel" || area === "celspec") return celVerdict(answer);
  if (area === "compare") return compareVerdict(answer);
  const failure = answer.error ?? answer.evalError;
  if (area === "schema") {
    return failure === undefined ? { schema: withoutRuleMessages(answer.schema) } : REFUSED;
  }
  if (failure !== undefined) return { refused: stagesOf(String(failure), answer.codes) };
  const { order, dependencies, applyOrders, crd, hash } = answer;
  return {
    hash,
    order,
    dependencies: withoutEmpty(dependencies as JsonObject),
    applyOrders,
    crd: reducedCrd(crd as JsonObject),
  };
}

const REFUSED: Verdict = { refused: true };

/**
 * Whether upstream's and kro's rejections of an RGD agree. Upstream reports only the first stage of the
 * validation that fails, and kro reports all problems. The rejections agree if kro reports a problem of the
 * stage that upstream reports.
 */
export function agreeOnRefusal(upstream: Json | undefined, ours: Json | undefined): boolean {
  if (upstream === true && ours === true) return true;
  if (!Array.isArray(upstream) || !Array.isArray(ours)) return false;
  return upstream.some((stage) => ours.includes(stage));
}

function stagesOf(text: string, codes: Json | undefined): string[] {
  const found = Array.isArray(codes)
    ? STAGES.filter(([, own]) => codes.some((code) => own.includes(String(code))))
    : STAGES.filter(([, , pattern]) => pattern.test(text)).slice(0, 1);
  return found.length > 0 ? found.map(([stage]) => stage) : [`OTHER ${text}`];
}

const STRING = { type: "string" };
const CONDITION = {
  lastTransitionTime: STRING,
  message: STRING,
  observedGeneration: { type: "integer" },
  reason: STRING,
  status: STRING,
  type: STRING,
};
/** The parts that every generated CRD contains: their paths and values. */
const COMMON: readonly [path: string, value: unknown][] = [
  ["served", true],
  ["storage", true],
  ["subresources", { status: {} }],
  ["additionalPrinterColumns", [
    { name: "State", type: "string", jsonPath: ".status.state" },
    { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ]],
  ["schema.openAPIV3Schema.type", "object"],
  ["schema.openAPIV3Schema.properties.apiVersion", STRING],
  ["schema.openAPIV3Schema.properties.kind", STRING],
  ["schema.openAPIV3Schema.properties.metadata", { type: "object" }],
  ["schema.openAPIV3Schema.properties.status.type", "object"],
  ["schema.openAPIV3Schema.properties.status.properties.state", STRING],
  ["schema.openAPIV3Schema.properties.status.properties.conditions", {
    type: "array",
    items: { type: "object", properties: CONDITION },
  }],
];

function reducedCrd(crd: JsonObject): JsonObject {
  const { name, labels, annotations } = crd.metadata as JsonObject;
  const spec = structuredClone(crd.spec) as JsonObject;
  for (const version of spec.versions as JsonObject[]) {
    version.schema = withoutRuleMessages(version.schema) as JsonObject;
    for (const column of (version.additionalPrinterColumns ?? []) as JsonObject[]) {
      if (["State", "Ready", "Age"].includes(String(column.name))) delete column.description;
    }
    const { properties } = (version.schema as JsonObject).openAPIV3Schema as JsonObject;
    dropDescriptions((properties as JsonObject).status);
    for (const [path, value] of COMMON) dropEqual(version, path.split("."), value);
  }
  return { name, ...(labels && { labels }), ...(annotations && { annotations }), spec };
}

/**
 * Returns a copy of the value without the messages of validation rules, because kro's messages
 * contain the rule and therefore differ from upstream's.
 */
function withoutRuleMessages(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => withoutRuleMessages(item)!);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      key === "x-kubernetes-validations" && Array.isArray(entry)
        ? entry.map((rule) => isObject(rule) ? { rule: rule.rule ?? null } : rule)
        : withoutRuleMessages(entry)!,
    ]),
  );
}

/** Removes the descriptions from a schema, but keeps properties with the name "description". */
function dropDescriptions(schema: Json | undefined): void {
  if (!isObject(schema)) return;
  if (typeof schema.description === "string") delete schema.description;
  if (isObject(schema.properties)) Object.values(schema.properties).forEach(dropDescriptions);
  dropDescriptions(schema.items);
  dropDescriptions(schema.additionalProperties);
}

function dropEqual(value: JsonObject, path: string[], common: unknown): void {
  const last = path.pop()!;
  let parent: Json | undefined = value;
  for (const key of path) parent = isObject(parent) ? parent[key] : undefined;
  if (!isObject(parent) || canonical(parent[last]) !== canonical(common)) return;
  delete parent[last];
}

function withoutEmpty(dependencies: JsonObject): JsonObject {
  const entries = Object.entries(dependencies).filter(([, ids]) =>
    Array.isArray(ids) && ids.length > 0
  );
  return Object.fromEntries(entries.map(([id, ids]) => [id, [...ids as string[]].sort()]));
}
