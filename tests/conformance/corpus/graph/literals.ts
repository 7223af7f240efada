/**
 * Test cases of literal values and strings in templates. kro checks these values against the schema of the
 * template's kind.
 */
import type { Json } from "../../../../src/api/mod.ts";
import {
  CONFIG_MAP,
  container,
  data,
  deployment,
  each,
  type GraphCase,
  resource,
  SECRET,
  SERVICE,
  withSpec,
} from "./build.ts";

const DATA: Json[] = [5, true, null, {}, [], "5", "", { a: "b" }, 1.5];
const REPLICAS: Json[] = [
  3,
  "3",
  3.5,
  null,
  true,
  [],
  "",
  "${schema.spec.count}0",
  "${schema.spec.count",
  1e20,
  -1,
];
const PAUSED: Json[] = [true, "true", 1, null, "${schema.spec.flag}"];
const ARGS: Json[] = [[], ["a", 1], ["a", "b"], "a", { a: "b" }, null, [null], [["a"]], "${['a']}"];
const PORTS: Json[] = [80, "http", 1.5, true, null, [], {}, "${80}", "${'http'}", "${1.5}"];
const LIMITS: Json[] = [{ cpu: 1 }, { cpu: "1" }, { cpu: 0.5 }, { cpu: true }, { cpu: [1] }, [], {
  gpu: "x",
}];
/**
 * Strings with and without expressions. Each of them is the value of a ConfigMap in one test case.
 */
const TEXTS = [
  "plain",
  "${}",
  "${ }",
  "$ {a}",
  "$${schema.spec.name}",
  "\\${schema.spec.name}",
  "${schema.spec.name}",
  " ${schema.spec.name}",
  "${schema.spec.name}\n",
  "${schema.spec.name}${schema.spec.name}",
  "${schema.spec.name}-${string(schema.spec.count)}",
  "a ${schema.spec.name} b ${schema.spec.name} c",
  "${schema.spec.name",
  "schema.spec.name}",
  "${'}'}",
  '${"}"}',
  "${'{'}",
  '${"{"}',
  "${{'a': 'b'}['a']}",
  "${{'a': {'b': 'c'}}.a.b}",
  '${"${a}"}',
  "${'${a}'}",
  "${f(${a})}",
  "${schema.spec.name +}",
  "${schema.spec.name + 'a'}",
  "${schema.spec.name // comment\n}",
  "${schema.spec\n  .name}",
  '${"a\\"b"}',
  "${'a\\'b'}",
  '${r"\\d"}',
  '${"""a"b"""}',
  "${'''a'b'''}",
  "${b'abc'}",
  "${1}",
  "${1 +}",
  "${)}",
  "${a b}",
  "${schema.spec.name;}",
  "${schema.spec.name ? 'a' : 'b'}",
  "${schema.spec.flag ? 'a' : 'b'}",
  "${schema.spec.flag ? 'a' : 1}",
  "#{schema.spec.name}",
  "{{ .Values.x }}",
  "${schema.spec.name}}",
  "{${schema.spec.name}}",
];

/** The test cases of literals and strings in templates. */
export const literals: GraphCase[] = [
  ...each("data", DATA, (value) => withSpec(data(value))),
  ...each("replicas", REPLICAS, (replicas) => withSpec(deployment("web", { replicas }))),
  ...each("paused", PAUSED, (paused) => withSpec(deployment("web", { paused }))),
  ...each("args", ARGS, (args) => withSpec(container("web", { args }))),
  ...each(
    "targetPort",
    PORTS,
    (targetPort) =>
      withSpec(resource("svc", SERVICE, { spec: { ports: [{ port: 80, targetPort }] } })),
  ),
  ...each("limits", LIMITS, (limits) => withSpec(container("web", { resources: { limits } }))),
  ...each("text", TEXTS, (text) => withSpec(data(text))),
  ...each(
    "unknown field",
    ["replica", "Replicas", "spec", "template.spec", ""],
    (field) => withSpec(deployment("web", { [field]: 1 })),
  ),
  ...each(
    "field of the root",
    ["spec", "data", "binaryData", "immutable", "kinds", "status"],
    (field) => withSpec(resource("cm", CONFIG_MAP, { [field]: {} })),
  ),
  ...each(
    "bytes of a Secret",
    [
      "YQ==",
      "plain text",
      "${schema.spec.name}",
      "${b'a'}",
      "${base64.encode(b'a')}",
      "${{'a': b'a'}}",
      "${bytes(schema.spec.name)}",
      "a-${schema.spec.name}",
      1,
    ],
    (k) => withSpec(resource("s", SECRET, { data: { k } })),
  ),
  ...each(
    "text of a Secret",
    ["a", "${schema.spec.name}", "${b'a'}", 1],
    (k) => withSpec(resource("s", SECRET, { stringData: { k } })),
  ),
  ...each(
    "an expression as the value of the key",
    ["a.b", "a[0]", "a b", "", "é", "a/b", '"', "a\nb", "${schema.spec.name}", "${a"],
    (key) => withSpec(resource("cm", CONFIG_MAP, { data: { [key]: "${schema.spec.name}" } })),
  ),
];
