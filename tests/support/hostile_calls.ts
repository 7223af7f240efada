/**
 * Calls of the functions of kro that read data which other API clients wrote. A test passes a value or a
 * string to each call that an attacker has made as expensive as possible. `tests/unit/hostile/linear_test.ts`
 * checks that the time of the calls grows linearly with the size of the argument.
 * `deno task bench --only blocks` measures their time with the largest argument.
 */
import {
  conditionsOf,
  deeperThan,
  didYouMean,
  hasNull,
  isObject,
  joinLines,
  type Json,
  jsonEqual,
  type JsonObject,
  jsonText,
  type KubeObject,
  MAX_DEPTH,
  parseJson,
  pathText,
  patternSize,
  problemText,
  type RgdSpec,
  setConditions,
  shortened,
} from "../../src/api/mod.ts";
import { COST_LIMITS, DYN, fromCel, parse, PassBudget, rawToCel } from "../../src/cel/mod.ts";
import { compile } from "../../src/cel/mod.ts";
import { parseAddress } from "../../src/cel/library/address.ts";
import { parseDate, parseDuration, parseTimestamp } from "../../src/cel/value/time.ts";
import { readPart } from "../../src/clusters/cache/trim.ts";
import { ChildStore } from "../../src/clusters/cache/store.ts";
import { digest, fingerprint, identityOf } from "../../src/clusters/drift/fingerprint.ts";
import { foreignChange } from "../../src/clusters/drift/foreign_change.ts";
import { quantity } from "../../src/clusters/drift/normalize.ts";
import { InstanceStore } from "../../src/controller/instances/store.ts";
import { compareSchemas } from "../../src/graph/compare_schema.ts";
import { specHash } from "../../src/graph/hash.ts";
import { labelKeyFault, labelValueFault } from "../../src/graph/label_syntax.ts";
import type { Field, Graph, Node } from "../../src/graph/mod.ts";
import { scan } from "../../src/graph/scan.ts";
import { refusal } from "../../src/kube/errors.ts";
import { compareRevisions } from "../../src/kube/mod.ts";
import type { KubeRequest } from "../../src/kube/request.ts";
import { statusBodyOf } from "../../src/kube/request_body.ts";
import { toEvent } from "../../src/kube/watch.ts";
import { conditionText } from "../../src/explain/mod.ts";
import { kindsOfCrd, withDefaults } from "../../src/openapi/mod.ts";
import { mergePatch } from "../../src/reconcile/memory/patch.ts";
import { inventoryFault } from "../../src/reconcile/inventory.ts";
import { withoutNullItems } from "../../src/reconcile/null_items.ts";
import { encodeStringData } from "../../src/reconcile/secret.ts";
import { fill } from "../../src/reconcile/template.ts";
import { matchLabels, selectorText, withoutValues, withValuesOf } from "../../src/reconcile/mod.ts";
import { json } from "../../src/server/json.ts";
import { shown } from "../../src/server/live.ts";
import { notableOwners } from "../../src/server/owners.ts";
import { page } from "../../src/server/page.ts";
import { transform } from "../../src/simpleschema/mod.ts";

const CHART = {
  group: "example.com",
  version: "v1",
  kind: "Chart",
  plural: "charts",
  namespaced: true,
};

/** Returns an object that kro has applied, with this value in its spec. */
export function objectWith(value: Json, fields: JsonObject = {}): KubeObject {
  const entry = {
    manager: "kro.run/applyset",
    operation: "Apply",
    apiVersion: "example.com/v1",
    fieldsV1: { "f:spec": { "f:value": fields } },
  };
  const metadata = { name: "a", namespace: "ns", uid: "u", resourceVersion: "1" };
  return {
    apiVersion: "example.com/v1",
    kind: "Chart",
    metadata: { ...metadata, managedFields: [entry] },
    spec: { value },
  } as unknown as KubeObject;
}

/**
 * Returns the `fieldsV1` tree with which a field manager owns every field and list element of the value
 * separately.
 */
function fieldsOf(value: Json | undefined): JsonObject {
  if (typeof value !== "object" || value === null) return {};
  const isList = Array.isArray(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, below]) => [`${isList ? "i" : "f"}:${key}`, fieldsOf(below)]),
  );
}

/**
 * Returns a field inside the value of a template. Filling in the field copies the list or object around it.
 */
function templateField(value: Json): Field {
  const step = Array.isArray(value) ? [0] : isObject(value) ? ["added"] : [];
  return { path: ["value", ...step] } as unknown as Field;
}

const compiled = compile("[o.spec.value]", { variables: { o: DYN } });

const READS = new Map([["spec", new Map([["value", new Map([["*", "whole" as const]])]])]]);
/** The reads of an expression such as `spec.value.map(key, spec.value[key].a)`. */
const ENTRY_READS = new Map([
  ["spec", new Map([["value", new Map([["*", new Map([["a", "whole" as const]])]])]])],
]);
const STRINGS = { items: { type: "string" }, additionalProperties: { type: "string" } };
/** A graph whose status has a field without null elements. */
const STATUS_GRAPH = {
  crd: {
    spec: {
      versions: [{
        name: "v1",
        schema: {
          openAPIV3Schema: { properties: { status: { properties: { value: STRINGS } } } },
        },
      }],
    },
  },
  instance: CHART,
} as unknown as Graph;
const REQUEST = { verb: "PUT", path: "/", resource: "charts" } as unknown as KubeRequest;
const FREE = { type: "object", additionalProperties: {} };
/** A schema with a default for the hostile value, and with a schema for each of its fields. */
const DEFAULTED = {
  ...FREE,
  additionalProperties: {
    ...FREE,
    additionalProperties: { ...FREE, properties: { missing: { default: 1 } } },
  },
};
/** A schema with a default for each element of the hostile value. */
const ELEMENT = { ...FREE, properties: { missing: { ...FREE, default: { a: [1] } } } };
const DEFAULTED_ELEMENTS = {
  ...FREE,
  properties: { value: { items: ELEMENT, additionalProperties: ELEMENT } },
};
const STAMP = { generation: 1, now: "2026-01-01T00:00:00Z", created: "2026-01-01T00:00:00Z" };

/**
 * A value that an attacker has made as expensive as possible, in the forms in which the functions of kro
 * receive it.
 */
export interface HostileArgument {
  readonly value: Json;
  /** An object that contains the value. */
  readonly object: KubeObject;
  /** An equal value that shares no part with `value`. */
  readonly copy: Json;
  /** The value as JSON. */
  readonly text: string;
  /** The object as JSON. */
  readonly objectText: string;
  /** Whether the value is nested less deeply than {@link MAX_DEPTH}. */
  readonly isCompared: boolean;
}

/** Returns the value in all forms. A measurement creates them before it starts the clock. */
export function hostileArgument(value: Json): HostileArgument {
  const object = objectWith(value);
  const text = jsonText(value);
  const isCompared = !deeperThan(value, MAX_DEPTH);
  return { value, object, copy: parseJson(text), text, objectText: jsonText(object), isCompared };
}

/**
 * Calls of kro's functions with a value that an attacker has made as expensive as possible. The keys are the
 * names of the calls.
 */
export const VALUE_CALLS: Readonly<Record<string, (argument: HostileArgument) => unknown>> = {
  jsonText: ({ value }) => jsonText(value),
  parseJson: ({ text }) => parseJson(text),
  jsonEqual: ({ value, copy }) => jsonEqual(value, copy),
  hasNull: ({ value }) => hasNull(value),
  deeperThan: ({ value }) => deeperThan(value, 256),
  digest: ({ value }) => digest(value),
  identityOf: ({ value }) => identityOf(value),
  fingerprint: ({ object }) => fingerprint(object),
  "fingerprint of single fields": ({ value, isCompared }) =>
    isCompared && fingerprint(objectWith(value, fieldsOf(value))),
  foreignChange: ({ value, object }) => foreignChange(object, objectWith([value])),
  "observe and compare a child": ({ object }) => {
    const store = new ChildStore(CHART);
    store.observe(object);
    return store.isUpToDate({ namespace: "ns", name: "a" }, object);
  },
  readPart: ({ object }) => readPart(object, READS),
  "observe an instance": ({ object }) => new InstanceStore().observe(object),
  withDefaults: ({ object }) => withDefaults(DEFAULTED, object),
  "withDefaults of each element": ({ value }) => withDefaults(DEFAULTED_ELEMENTS, { value }),
  // The event and the response are parsed in steps, which the benchmark measures separately.
  toEvent: ({ object, objectText }) =>
    toEvent("WATCH", objectText, { type: "ADDED", object: object as unknown as Json }),
  evaluate: ({ object }) => {
    if (!compiled.ok) throw new Error("the expression does not compile");
    const variables = { o: rawToCel(object as unknown as Json) };
    const result = compiled.program.evaluate(variables, new PassBudget(COST_LIMITS));
    return result.ok && fromCel(result.value);
  },
  // Skipped for a value that is nested deeper than MAX_DEPTH, because kro rejects a desired object with this
  // value.
  withValuesOf: ({ object, isCompared }) =>
    isCompared && withValuesOf(object, object, [["spec", "value"]]),
  withoutValues: ({ object, isCompared }) =>
    isCompared && withoutValues(object, [["spec", "value"]]),
  // Skipped for a value that is nested deeper than MAX_DEPTH, because the controller merges only its own
  // patches. The patches of users are merged only by `kro test`.
  mergePatch: ({ value, copy, isCompared }) => isCompared && mergePatch({ a: value }, { a: copy }),
  "mergePatch of one key": ({ value, isCompared }) =>
    isCompared && mergePatch({ a: value }, { a: { added: 1 } }),
  "mergePatch of a new key": ({ value, isCompared }) => isCompared && mergePatch({}, { a: value }),
  "readPart of each entry": ({ object }) => readPart(object, ENTRY_READS),
  encodeStringData: ({ value }) =>
    encodeStringData({ ...objectWith(1), apiVersion: "v1", kind: "Secret", stringData: value }),
  withoutNullItems: ({ value }) => withoutNullItems({ value }, STATUS_GRAPH),
  // Skipped for a value that is nested deeper than MAX_DEPTH, because kro rejects an RGD with this value.
  "fill a template": ({ value, isCompared }) =>
    isCompared && fill({ template: { value } } as unknown as Node, [[templateField(value), 1]]),
  statusBodyOf: ({ object }) => statusBodyOf(REQUEST, object),
  matchLabels: ({ value }) => matchLabels("a=b,c in (d)", value as Record<string, string>),
  "selectorText of labels": ({ value }) => selectorText({ matchLabels: value }),
  "selectorText of expressions": ({ value }) => selectorText({ matchExpressions: value }),
  setConditions: ({ value }) => {
    const current = conditionsOf({ ...objectWith(1), status: { conditions: value } });
    return setConditions({ root: "Ready", dependents: ["A"] }, current, [], STAMP);
  },
  "setConditions of a new condition": ({ value }) => {
    const current = conditionsOf({ ...objectWith(1), status: { conditions: value } });
    const update = { type: "A", status: "True", reason: "R", message: "" } as const;
    return setConditions({ root: "Ready", dependents: ["A"] }, current, [update], STAMP);
  },
  "observe labels of an instance": ({ value, object }) => {
    const labels = (isObject(value) ? value : {}) as Record<string, string>;
    const metadata = { ...object.metadata, labels };
    return new InstanceStore().observe({ ...object, metadata });
  },
  "a response of the JSON API": ({ object }) =>
    json({ object: shown(object), owners: [], events: [] }),
  notableOwners: ({ value, object, isCompared }) =>
    isCompared && notableOwners(object, { spec: { value } }),
  specHash: ({ value }) => specHash({ schema: { spec: value } } as unknown as RgdSpec),
  compareSchemas: ({ value, copy }) =>
    isObject(value) && compareSchemas({ properties: value }, { properties: copy as JsonObject }),
  compareEnums: ({ value, copy }) => compareSchemas({ enum: value }, { enum: [copy, 0] }),
  kindsOfCrd: ({ value }) =>
    kindsOfCrd({
      ...objectWith(1),
      spec: {
        group: "a.b",
        names: { kind: "A", plural: "as" },
        versions: [{
          name: "v1",
          schema: { openAPIV3Schema: { type: "object", properties: value } },
        }],
      },
    }),
  refusal: ({ value, text }) => {
    const status = { kind: "Status", message: "no", details: { causes: value } };
    return refusal("GET", 422, text, undefined, status);
  },
};

/**
 * Calls of kro's functions with a string that an attacker has made as expensive as possible. The keys are the
 * names of the calls.
 */
export const STRING_CALLS: Readonly<Record<string, (text: string) => unknown>> = {
  shortened,
  "parseJson of a string": (text) => {
    try {
      return parseJson(`[9007199254740993,"${text}`);
    } catch {
      return undefined;
    }
  },
  joinLines: (text) => joinLines(`a${text}b`, "; "),
  conditionText: (message) =>
    conditionText({ type: "Ready", status: "False", reason: "Lost", message: `a${message}b` }),
  pathText: (text) => pathText([text, text]),
  problemText: (expression) =>
    problemText({ code: "TYPE", message: expression, expression, offset: 9 }),
  didYouMean: (text) => didYouMean(text, [text.slice(1)]),
  quantity,
  parseDuration,
  parseTimestamp,
  parseDate,
  parseAddress,
  compareRevisions: (text) => compareRevisions(text, `${text}1`),
  scan: (text) => scan(`\${${text}}`),
  "scan of an open expression": (text) => scan(`${text}\${}`),
  parse: (text) => parse(text),
  "parse of a literal": (text) => parse(`'${text}`),
  labelKeyFault,
  labelValueFault,
  "selectorText of one label": (text) => selectorText({ matchLabels: { [text]: text } }),
  "a SimpleSchema type": (text) => transform({ a: text }),
  "a SimpleSchema marker": (text) => transform({ a: `string | ${text}` }),
  "a SimpleSchema pattern": (text) => transform({ a: `string | pattern="${text}"` }),
  patternSize,
  "a SimpleSchema default": (text) => transform({ a: `string | default="${text}"` }),
  refusal: (text) => refusal("GET", 422, text, undefined, null),
  "refusal with a message": (message) =>
    refusal("GET", 422, "", undefined, {
      kind: "Status",
      message,
      details: { causes: [{ message }] },
    }),
  "a page token": (text) => {
    try {
      return page([], () => 1, { continue: text });
    } catch {
      return undefined;
    }
  },
  inventoryFault: (text) =>
    inventoryFault(CHART, {
      ...objectWith(1),
      metadata: {
        labels: { "applyset.kubernetes.io/id": "x" },
        annotations: { "applyset.kubernetes.io/contains-group-kinds": text },
      },
    }),
};

/** Short strings. A test repeats one of these strings to make a long argument for {@link STRING_CALLS}. */
export const PIECES = [
  ..."a 1 \" ' \\ { } [ ( ) $ . - / , = | : @ % é 😀 \ud800 0".split(" "),
  ...[
    " ",
    "\n",
    "\t",
    "${",
    '${"',
    "a.",
    "1.",
    "1h",
    "-1",
    "k=v ",
    "a=1,",
    "a,",
    ".a",
    "[]",
    "{}",
    "(a",
    "a+",
    "a?",
    "\\p{",
    "[:",
  ],
];
