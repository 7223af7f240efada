/**
 * Test cases that assign expressions to template fields. There is a test case for every combination
 * of an expression and a field. Upstream's recorded results state whether the assignment is
 * permitted.
 */
import type { JsonObject } from "../../../../src/api/mod.ts";
import {
  container,
  data,
  deployment,
  type GraphCase,
  named,
  resource,
  SERVICE,
  withSpec,
} from "./build.ts";

const EXPRESSIONS = [
  "schema.spec.name",
  "schema.spec.count",
  "schema.spec.ratio",
  "schema.spec.flag",
  "schema.spec.names",
  "schema.spec.labels",
  "schema.spec.free",
  "schema.spec.free.x",
  "schema.spec.pair",
  "schema.spec.?name",
  "schema.spec.?name.orValue('a')",
  "schema.spec.?count.orValue(1)",
  "null",
  "1u",
  "dyn(1)",
  "[1, 2]",
  "[1, 'a']",
  "[]",
  "{}",
  "{'a': 'b'}",
  "{'a': 1}",
  "{1: 'a'}",
  "b'a'",
  "timestamp('2024-01-01T00:00:00Z')",
  "duration('1h')",
  "quantity('1Gi')",
  "url('https://a')",
  "semver('1.2.3')",
  "ip('::1')",
  "cidr('10.0.0.0/8')",
  "int",
  "other.spec.template.spec.containers",
  "other.spec.template.spec.containers[0].resources",
  "other.spec.template.metadata.labels",
  "other.metadata.creationTimestamp",
  "other.spec",
];
const FIELDS: Record<string, (value: string) => JsonObject> = {
  "a string": (k) => data(k),
  "an integer": (replicas) => deployment("web", { replicas }),
  "a boolean": (paused) => deployment("web", { paused }),
  "a list of strings": (args) => container("web", { args }),
  "a list of objects": (env) => container("web", { env }),
  "a map of strings": (labels) => named({ name: "a", labels }),
  "an object": (resources) => container("web", { resources }),
  "an int or string": (targetPort) =>
    resource("svc", SERVICE, { spec: { ports: [{ port: 80, targetPort }] } }),
  "a quantity": (cpu) => container("web", { resources: { limits: { cpu } } }),
  "a part of a string": (k) => data(`a-${k}`),
};

/** The test cases of expressions in fields of different types. */
export const fits: GraphCase[] = EXPRESSIONS.flatMap((expression) =>
  Object.entries(FIELDS).map(([field, build]) => ({
    name: `${expression} as ${field}`,
    rgd: withSpec(
      ...(expression.includes("other") ? [deployment("other")] : []),
      build(`\${${expression}}`),
    ),
  }))
);
