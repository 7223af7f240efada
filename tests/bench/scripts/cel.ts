/**
 * The benchmark case `cel`: measures the evaluation of single CEL expressions. The script prints a
 * table to standard error, with three times for each expression:
 *
 * - Upstream's own code, which the program `oracle` runs. The time does not include conversions from and to
 *   JSON.
 * - kro, measured in the same way ("ours").
 * - kro, including the conversions of a reconciliation ("in a pass"): the cluster's objects are
 *   converted from JSON, and the result is converted to JSON.
 */
import type { JsonObject } from "../../../src/api/mod.ts";
import { type CelType, compile, fromCel, objectType, toCel } from "../../../src/cel/mod.ts";
import { resolveKinds, type Schema, snapshotSource } from "../../../src/openapi/mod.ts";
import { Upstream } from "../../conformance/upstream.ts";
import { printFigure } from "../kit/case.ts";

const CASES: Readonly<Record<string, string>> = {
  "nested field": "schema.spec.name",
  "deep field of a list": "deployment.spec.template.spec.containers[0].resources.limits['cpu']",
  "exists over conditions":
    "deployment.status.conditions.exists(c, c.type == 'Available' && c.status == 'True')",
  "filter and map over ten": "schema.spec.ports.filter(p, p.enabled).map(p, p.port)",
  "all over ten": "schema.spec.ports.all(p, p.port > 0 && p.port < 65536)",
  "comparison of quantities": "quantity('1Gi').isGreaterThan(quantity('500Mi'))",
  "quantity of a field":
    "quantity(deployment.spec.template.spec.containers[0].resources.limits['memory']).isLessThan(quantity('2Gi'))",
  "string template": "schema.spec.name + '-' + schema.spec.tier + '.example.com'",
  "format": "'%s-%s:%d'.format([schema.spec.name, schema.spec.tier, schema.spec.replicas])",
  "optional chain": "deployment.?status.?readyReplicas.orValue(0) >= deployment.spec.replicas",
  "absent optional": "deployment.?status.?collisionCount.orValue(0) == 0",
  "has": "has(deployment.status) && has(deployment.status.availableReplicas)",
  "map lookup": "schema.spec.labels['team']",
  "transformMap of two variables": "schema.spec.labels.transformMap(k, v, v + '-' + k)",
  "map literal": "{'app': schema.spec.name, 'tier': schema.spec.tier}",
  "conditional": "schema.spec.replicas > 3 ? 'large' : 'small'",
  "list of maps": "schema.spec.ports.map(p, {'name': p.name, 'containerPort': p.port})",
  "join of names": "schema.spec.ports.map(p, p.name).join(',')",
  "split and index": "schema.spec.image.split(':')[1]",
  "matches": "schema.spec.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
  "lower case and replace": "schema.spec.name.lowerAscii().replace('-', '.')",
  "arithmetic": "(schema.spec.replicas * 3 + 1) % 5",
  "sorted names": "schema.spec.ports.map(p, p.name).sort()",
  "whole object": "schema.spec.labels",
};

const text: Schema = { type: "string" };
const INSTANCE: Schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        name: text,
        tier: text,
        image: text,
        replicas: { type: "integer" },
        labels: { type: "object", additionalProperties: text },
        ports: {
          type: "array",
          items: {
            type: "object",
            properties: { name: text, port: { type: "integer" }, enabled: { type: "boolean" } },
          },
        },
      },
    },
  },
};

const container = {
  name: "main",
  image: "nginx:1.29",
  resources: { limits: { cpu: "1", memory: "512Mi" } },
};
const VARIABLES: Readonly<Record<string, JsonObject>> = {
  schema: {
    apiVersion: "kro.run/v1alpha1",
    kind: "Shop",
    metadata: { name: "shop", namespace: "default" },
    spec: {
      name: "shop-front",
      tier: "web",
      image: "registry.example.com/shop:1.4.2",
      replicas: 4,
      labels: { app: "shop", team: "checkout", env: "production", region: "eu" },
      ports: Array.from({ length: 10 }, (_, i) => ({
        name: `port-${(i * 7) % 10}`,
        port: 8000 + i,
        enabled: i % 2 === 0,
      })),
    },
  },
  deployment: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "shop", namespace: "default", labels: { app: "shop" } },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: "shop" } },
      template: { metadata: { labels: { app: "shop" } }, spec: { containers: [container] } },
    },
    status: {
      replicas: 4,
      readyReplicas: 4,
      availableReplicas: 4,
      conditions: ["Progressing", "ReplicaFailure", "Available"].map((type) => ({
        type,
        status: type === "ReplicaFailure" ? "False" : "True",
        reason: "Because",
        message: "as it is",
        lastTransitionTime: "2026-01-01T00:00:00Z",
      })),
    },
  },
};

const DEPLOYMENT = { group: "apps", version: "v1", kind: "Deployment" };
/**
 * The number of measurements of each expression. Only the shortest time counts, because other
 * processes may slow down a measurement.
 */
const ROUNDS = 3;
/**
 * The duration of one measurement, in milliseconds. The oracle, the program that runs upstream's code,
 * measures for the same time.
 */
const ROUND_MS = 300;

/** One line of the printed table, with the time of one evaluation in nanoseconds. */
interface Row {
  readonly name: string;
  readonly expression: string;
  readonly upstream: number;
  readonly ours: number;
  readonly pass: number;
}

function nsPerOp(run: () => unknown): number {
  let count = 0;
  const began = performance.now();
  while (performance.now() - began < ROUND_MS) {
    for (let i = 0; i < 100; i++) run();
    count += 100;
  }
  return (performance.now() - began) * 1e6 / count;
}

function used(expression: string, of: JsonObject): JsonObject {
  const names = Object.keys(of).filter((name) => new RegExp(`\\b${name}\\.`).test(expression));
  return Object.fromEntries(names.map((name) => [name, of[name]!]));
}

/**
 * Returns two functions to measure: one only evaluates the expression, the other also converts from
 * and to JSON.
 */
function ours(expression: string, schemas: JsonObject): Record<"ours" | "pass", () => unknown> {
  const types: Record<string, CelType> = {};
  for (const [id, schema] of Object.entries(schemas)) types[id] = objectType(id, schema as Schema);
  const result = compile(expression, { variables: types });
  if (!result.ok) throw new Error(`${expression}: ${JSON.stringify(result.problems)}`);
  const { program } = result;
  const convert = () => {
    const values: Record<string, unknown> = {};
    for (const name of program.references) values[name] = toCel(VARIABLES[name], types[name]!);
    return values;
  };
  const evaluate = (values: Record<string, unknown>) => {
    const evaluated = program.evaluate(values);
    if (!evaluated.ok) throw new Error(`${expression}: ${evaluated.failure.message}`);
    return evaluated.value;
  };
  const written = () => {
    const outgoing = fromCel(evaluate(convert()));
    if (!outgoing.ok) throw new Error(`${expression}: ${outgoing.failure.message}`);
    return outgoing.value;
  };
  const ready = convert();
  return { ours: () => evaluate(ready), pass: written };
}

async function measureRow(name: string, all: JsonObject, upstream: Upstream): Promise<Row> {
  const expression = CASES[name]!;
  const schemas = used(expression, all);
  const vars = used(expression, VARIABLES);
  const own = ours(expression, schemas);
  const best = { upstream: Infinity, ours: Infinity, pass: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    const answer = await upstream.answer({ op: "bench", expr: expression, schemas, vars });
    if (typeof answer.nsPerOp !== "number") {
      throw new Error(`${expression}: ${JSON.stringify(answer)}`);
    }
    best.upstream = Math.min(best.upstream, answer.nsPerOp);
    best.ours = Math.min(best.ours, nsPerOp(own.ours));
    best.pass = Math.min(best.pass, nsPerOp(own.pass));
  }
  return { name, expression, ...best };
}

async function measure(): Promise<Row[]> {
  const kinds = await resolveKinds(snapshotSource(), [DEPLOYMENT]);
  const [deployment] = [...kinds.values()];
  const all = { schema: INSTANCE, deployment: deployment!.schema } as unknown as JsonObject;
  await using upstream = await Upstream.start({ progress: (line) => console.error(line) });
  const rows: Row[] = [];
  for (const name of Object.keys(CASES)) rows.push(await measureRow(name, all, upstream));
  return rows;
}

function print(rows: readonly Row[]): void {
  const figure = (ns: number) => (ns / 1000).toFixed(2).padStart(10);
  const ratio = (a: number, b: number) => (a / b).toFixed(2).padStart(8);
  const head = ["upstream", "ours", "in a pass"].map((title) => title.padStart(10)).join("");
  console.error(`${"microseconds".padEnd(32)}${head}${"ratio".padStart(8)}${"pass".padStart(8)}`);
  for (const { name, upstream, ours, pass } of rows) {
    const figures = [upstream, ours, pass].map(figure).join("");
    console.error(`${name.padEnd(32)}${figures}${ratio(ours, upstream)}${ratio(pass, upstream)}`);
  }
}

const rows = await measure();
print(rows);
for (const { name, pass, upstream } of rows) {
  printFigure({
    measure: name,
    unit: "µs",
    values: { ours: pass / 1000, upstream: upstream / 1000 },
  });
}
