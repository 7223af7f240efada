/** Chooses graphs of the conformance corpus that a test can apply to a control plane. */
import type { JsonObject, ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { compile, kindsOf } from "../../../src/graph/mod.ts";
import { resolveKinds, snapshotSource } from "../../../src/openapi/mod.ts";
import { SPEC } from "../../conformance/corpus/graph/build.ts";
import { graphSuites } from "../../conformance/corpus/graph/mod.ts";
import type { GraphSpec } from "./graph.ts";

/**
 * The kinds of child objects in the chosen graphs. They are built-in kinds, so the API server needs no CRDs.
 */
export const KINDS = ["ConfigMap", "Secret", "Service", "ServiceAccount", "Deployment.apps"];

/**
 * A spec for the instances of all chosen graphs. It has a value for each field of the schema {@link SPEC}.
 */
export const INSTANCE_SPEC: JsonObject = {
  name: "demo",
  count: 2,
  ratio: 1.5,
  flag: true,
  names: ["p", "q"],
  labels: { k: "v" },
  free: { x: "y", l: ["a"], b: true },
  pair: { a: "first", b: 1 },
};

/** A graph of the conformance corpus, which contains the test cases for the comparison with upstream. */
export interface CorpusGraph {
  /** The name of the suite and the name of the test case, separated by a slash. */
  name: string;
  /** The spec of the RGD. */
  spec: GraphSpec;
}

/**
 * Returns the valid graphs of the conformance corpus whose instances have a spec with the schema
 * {@link SPEC}.
 */
export async function corpusGraphs(): Promise<CorpusGraph[]> {
  const found: CorpusGraph[] = [];
  for (const { name: suite, cases } of graphSuites()) {
    for (const { name, request } of cases) {
      const rgd = "rgd" in request ? request.rgd as unknown as ResourceGraphDefinition : undefined;
      const schema = rgd?.spec?.schema as JsonObject | undefined;
      if (!rgd || !schema || JSON.stringify(schema.spec) !== JSON.stringify(SPEC)) continue;
      const kinds = kindsOf(rgd);
      const names = kinds.map(({ group, kind }) => group ? `${kind}.${group}` : kind);
      if (names.length === 0 || !names.every((kind) => KINDS.includes(kind))) continue;
      if (!compile(rgd, await resolveKinds(snapshotSource(), kinds)).ok) continue;
      const { spec, status } = schema as { spec: JsonObject; status?: JsonObject };
      const resources = rgd.spec!.resources as unknown[];
      found.push({
        name: `${suite}/${name}`,
        spec: { kind: "Pair", spec, resources, ...(status && { status }) },
      });
    }
  }
  return found;
}
