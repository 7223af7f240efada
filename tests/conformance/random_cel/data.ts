/**
 * The variables to which random expressions refer: their schemas, and complete, incomplete and
 * invalid values.
 */
import type { Json, JsonObject } from "../../../src/api/mod.ts";
import { withHostileNames } from "../hostile_names.ts";

const STRING = { type: "string" };
const INTEGER = { type: "integer" };
const KEEPS = { "x-kubernetes-preserve-unknown-fields": true };
const EITHER = { "x-kubernetes-int-or-string": true, anyOf: [INTEGER, STRING] };
const QUANTITY = { oneOf: [STRING, { type: "number" }] };

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: "object",
  properties,
  ...more,
});
const list = (items: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: "array",
  items,
  ...more,
});
const map = (additionalProperties: JsonObject): JsonObject => ({
  type: "object",
  additionalProperties,
});

/**
 * The schemas of the variables. `s` is an object with fields of many types; `i` and `l` are not
 * objects.
 */
export const SCHEMAS: JsonObject = {
  s: object({
    apiVersion: STRING,
    kind: STRING,
    metadata: object({
      name: STRING,
      labels: map(STRING),
      creationTimestamp: { type: "string", format: "date-time" },
    }),
    status: object({ x: INTEGER }),
    spec: object({
      name: STRING,
      replicas: { type: "integer", format: "int32" },
      big: { type: "integer", format: "int64" },
      ratio: { type: "number" },
      on: { type: "boolean" },
      ports: list(object({ name: STRING, port: INTEGER })),
      tags: list(STRING, { "x-kubernetes-list-type": "set" }),
      env: list(object({ name: STRING, value: STRING }), {
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      }),
      any: KEEPS,
      free: { type: "object", ...KEEPS },
      freeP: object({ known: STRING }, KEEPS),
      bare: { type: "object" },
      ios: EITHER,
      iosText: EITHER,
      data: map({ type: "string", format: "byte" }),
      blob: { type: "string", format: "byte" },
      limits: map(QUANTITY),
      q: QUANTITY,
      dur: { type: "string", format: "duration" },
      when: { type: "string", format: "date-time" },
      day: { type: "string", format: "date" },
      "a-b": STRING,
      "x.y/z": INTEGER,
      in: STRING,
      if: STRING,
      namespace: STRING,
      __u: STRING,
      nul: { type: "string", nullable: true },
      bad: INTEGER,
      float: INTEGER,
      emb: { type: "object", "x-kubernetes-embedded-resource": true, ...KEEPS },
      matrix: list(list(INTEGER)),
      noitems: { type: "array" },
      mm: map(object({ v: INTEGER })),
      missing: STRING,
      missingList: list(STRING),
      missingObject: object({ n: INTEGER }),
      ...withHostileNames<Json>(STRING),
    }),
  }),
  i: INTEGER,
  l: list(object({ v: INTEGER })),
};

const SPEC: JsonObject = {
  name: "hello",
  replicas: 3,
  big: 1099511627776,
  ratio: 2,
  on: true,
  ports: [{ name: "http", port: 80 }, { name: "x" }],
  tags: ["a", "b"],
  env: [{ name: "A", value: "1" }, { name: "B", value: "2" }],
  any: { k: [1, 2.5] },
  free: { z: 1, w: { y: [1] }, l: [1, "a"] },
  freeP: { known: "k", unk: { a: 1 } },
  bare: { q: 1 },
  ios: 8080,
  iosText: "80%",
  data: { k: "aGVsbG8=" },
  blob: "/w==",
  limits: { cpu: "100m", memory: 5 },
  q: "1Gi",
  dur: "1h",
  when: "2020-05-05T10:00:00.5+02:00",
  day: "2021-02-03",
  "a-b": "dash",
  "x.y/z": 7,
  in: "IN",
  if: "IF",
  namespace: "ns",
  __u: "under",
  nul: null,
  bad: 1.5,
  float: 2.0,
  emb: { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { x: 1 } },
  matrix: [[1, 2], [3]],
  noitems: [1],
  mm: { a: { v: 1 } },
  ...withHostileNames<Json>("own", ["constructor", "toString", "length", "__proto__"]),
};
const METADATA: JsonObject = {
  name: "n",
  labels: {
    app: "web",
    "app.kubernetes.io/name": "x",
    ...withHostileNames<Json>("own", ["prototype", "hasOwnProperty", "__proto__"]),
  },
  creationTimestamp: "2020-01-01T00:00:00Z",
};
const D: JsonObject = {
  a: 1,
  b: "y",
  l: [1, 2, 2],
  n: null,
  s: "x",
  f: 1.5,
  t: true,
  m: { b: 2 },
  "a-b": { c: 3 },
  deep: { x: [0, { y: "z" }] },
  empty: {},
  big: 1099511627776,
  ...withHostileNames<Json>({ constructor: 1 }, ["constructor", "valueOf"]),
};

const vars = (spec: Json, metadata: JsonObject, d: Json): JsonObject => ({
  s: { apiVersion: "v1", kind: "X", metadata, spec },
  d,
  i: 4,
  l: [{ v: 1 }, {}],
});

/**
 * Sets of values for the variables. Most expressions are evaluated with the first set, which is
 * complete and valid.
 */
export const VARIABLES: readonly JsonObject[] = [
  vars(SPEC, METADATA, D),
  vars({ name: "x", replicas: 0, tags: [], ports: [], any: null, free: {}, emb: {}, mm: {} }, {
    name: "n",
  }, {}),
  vars({}, {}, [1, "a", { a: 2 }]),
  vars(
    {
      name: 1,
      replicas: "3",
      on: null,
      ports: [{}],
      tags: {},
      labels: [],
      ratio: "x",
      when: "no",
      dur: 5,
      any: [1],
      ios: true,
      data: { k: "%" },
    },
    { name: "n", labels: { app: null } },
    "text",
  ),
];
