/** Evaluates the requests of the conformance tests with this project's code. */
import {
  isObject,
  type Json,
  jsonText,
  type KubeObject,
  parseJson,
  type ResourceGraphDefinition,
} from "../../src/api/mod.ts";
import {
  type CelFailure,
  type CelType,
  compile as compileCel,
  DYN,
  type Evaluation,
  fromCel,
  objectType,
  rawToCel,
  toCel,
  typeText,
} from "../../src/cel/mod.ts";
import { ClusterSchemas } from "../../src/clusters/schemas.ts";
import { compareCrds, compile, kindsOf } from "../../src/graph/mod.ts";
import { connect, Discovery, loadConfig } from "../../src/kube/mod.ts";
import {
  resolveKinds,
  type Schema,
  type SchemaSource,
  snapshotSource,
} from "../../src/openapi/mod.ts";
import { transform } from "../../src/simpleschema/mod.ts";
import type { Answer, Answerer, Request } from "./protocol.ts";

/** Evaluates requests, such as CEL expressions, with this project's code. */
export class Ours implements Answerer {
  readonly #source: SchemaSource;

  /**
   * Creates an evaluator that looks up the schemas of kinds in `source`; by default in the built-in snapshot.
   */
  constructor(source: SchemaSource = snapshotSource()) {
    this.#source = source;
  }

  /** Evaluates one request. If the request is invalid, the response contains the error. */
  async answer(request: Request): Promise<Answer> {
    switch (request.op) {
      case "schema":
        return schemaAnswer(request);
      case "cel":
      case "bench":
        return celAnswer(request);
      case "compare":
        return compareAnswer(request);
      case "graph":
        return await graphAnswer(request, this.#source);
      default:
        return { error: "unknown op" };
    }
  }
}

/**
 * Connects to a cluster. Returns an object that evaluates requests with the cluster's schemas. Disposing
 * the object closes the connection.
 */
export async function oursOn(kubeconfig: string): Promise<Ours & AsyncDisposable> {
  const client = connect(await loadConfig({ kubeconfig }), { userAgent: "kro-test" });
  const discovery = new Discovery(client);
  await discovery.refresh();
  const close = () => Promise.resolve(client.close());
  return Object.assign(new Ours(new ClusterSchemas(client, discovery)), {
    [Symbol.asyncDispose]: close,
  });
}

function schemaAnswer({ spec, types }: Extract<Request, { op: "schema" }>): Answer {
  const result = transform(spec, types);
  if (result.ok) return plain({ schema: result.schema });
  return { error: messages(result.problems), codes: result.problems.map((p) => p.code) };
}

function compareAnswer(request: Extract<Request, { op: "compare" }>): Answer {
  const [old, wanted] = [request.old, request.new].map((spec) => transform(spec, request.types));
  if (!old?.ok || !wanted?.ok) return { error: "a schema is refused" };
  const changes = compareCrds(crdOf(old.schema), crdOf(wanted.schema));
  const paths = (breaking: boolean) =>
    changes.filter((c) => c.breaking === breaking).map((c) => c.path).sort();
  return { breaking: paths(true), nonBreaking: paths(false) };
}

/** Returns a CRD with this schema, and with the few other fields that `compareCrds` reads. */
function crdOf(openAPIV3Schema: Schema): KubeObject {
  const versions = [{ name: "v1", served: true, schema: { openAPIV3Schema } }];
  const apiVersion = "apiextensions.k8s.io/v1";
  return {
    apiVersion,
    kind: "CustomResourceDefinition",
    metadata: { name: "a" },
    spec: { versions },
  };
}

async function graphAnswer(
  { rgd, omit }: Extract<Request, { op: "graph" }>,
  source: SchemaSource,
): Promise<Answer> {
  const definition = rgd as unknown as ResourceGraphDefinition;
  const result = compile(definition, await resolveKinds(source, kindsOf(definition)), { omit });
  if (!result.ok) {
    return { error: messages(result.problems), codes: result.problems.map((p) => p.code) };
  }
  const { crd, order, nodes, hash } = result.graph;
  const dependencies = [...nodes.values()].map((n) => [n.id, n.dependencies] as const);
  const applyOrders = [...nodes.values()].map((n) => [n.id, n.applyOrder] as const);
  return plain({
    hash,
    order,
    crd,
    dependencies: Object.fromEntries(dependencies),
    applyOrders: Object.fromEntries(applyOrders),
  });
}

/**
 * How long one expression is measured, in milliseconds. The oracle, the program that runs upstream's code,
 * measures for the same time.
 */
const BENCH_MS = 300;

function celAnswer(request: Extract<Request, { op: "cel" | "bench" }>): Answer {
  const { op, expr, schemas = {}, vars } = request;
  const types: Record<string, CelType> = {};
  for (const [id, schema] of Object.entries(schemas)) types[id] = objectType(id, schema as Schema);
  for (const id of Object.keys(vars ?? {})) types[id] ??= DYN;
  const result = compileCel(expr, { variables: types, omit: true, runtime: true });
  if (!result.ok) {
    const [first] = result.problems;
    return { compileError: messages(result.problems), class: first?.code ?? "other" };
  }
  const { program } = result;
  const type = typeText(program.type);
  if (vars === undefined) return { type };
  const values: Record<string, unknown> = {};
  for (const [id, value] of Object.entries(vars)) {
    const typed = schemas[id] !== undefined && isObject(value);
    values[id] = typed ? toCel(value, types[id]!) : rawToCel(value);
  }
  if (op === "bench") return measure(() => program.evaluate(values));
  const evaluated = program.evaluate(values);
  const outgoing = evaluated.ok ? fromCel(evaluated.value) : evaluated;
  if (!outgoing.ok) return { type, ...failed(outgoing.failure) };
  return outgoing.value === undefined ? { type } : { type, value: outgoing.value };
}

function measure(evaluate: () => Evaluation): Answer {
  let count = 0;
  const began = performance.now();
  while (performance.now() - began < BENCH_MS) {
    for (let i = 0; i < 100; i++) {
      const result = evaluate();
      if (!result.ok) return failed(result.failure);
    }
    count += 100;
  }
  return { nsPerOp: (performance.now() - began) * 1e6 / count };
}

function failed({ code, message }: CelFailure): Answer {
  return { evalError: message, class: code };
}

function messages(problems: readonly { message: string; path?: string }[]): string {
  return problems.map(({ path, message }) => path ? `${path}: ${message}` : message).join("; ");
}

/** Converts the value to JSON and back. Fields whose value is undefined are thereby dropped. */
function plain(value: unknown): Answer {
  return parseJson(jsonText(value)) as Record<string, Json>;
}
