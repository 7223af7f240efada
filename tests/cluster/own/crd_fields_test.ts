/**
 * Compares the refusals of fields of `spec.schema` with the verdicts of the API server: kro must refuse an RGD
 * only if the API server refuses the CRD that kro would generate from it.
 */
import assert from "node:assert/strict";
import { ApiError, CRD_KIND, type JsonObject, problemText } from "../../../src/api/mod.ts";
import { compile, kindsOf } from "../../../src/graph/mod.ts";
import { generateCrd } from "../../../src/graph/instance.ts";
import { resolveKinds, snapshotSource } from "../../../src/openapi/mod.ts";
import { by, openClient } from "../../support/cluster/mod.ts";

const COLUMN = { name: "A", type: "string", jsonPath: ".a" };
const column = (fields: JsonObject) => ({ additionalPrinterColumns: [{ ...COLUMN, ...fields }] });
const TYPES = ["string", "integer", "number", "boolean", "date", "object", "array", "null", "text"];
const FORMATS =
  "byte date date-time double float int32 int64 password binary uuid email int16 String".split(" ");
const NAMES = ["a", "a-1", "1a", "-a", "a-", "a.b", "A", "a_b", "a".repeat(63), "a".repeat(64)];
const KEYS = ["a", "A_", "a b", "a/b", "a/b/c", "Acme.Org/a", "acme.org/", "/a", "a".repeat(64)];
const VALUES = ["", "a", "e f", "a_", "a.b-c_D", "a".repeat(63), "a".repeat(64)];
const GROUPS = ["a", "a.b", "A.b", "a_b.c", "a..b", ".a", "a.b.", "a-.b", "k8s.io", "a.k8s.io"];
const APPROVED = { annotations: { "api-approved.kubernetes.io": "unapproved, a test" } };

/** Fields of `spec.schema`, some of which the API server refuses in a CRD. */
const SCHEMAS: JsonObject[] = [
  ...TYPES.map((type) => column({ type })),
  ...FORMATS.map((format) => column({ format })),
  ...["", "a", ".a", ".a[", "{.a}", "$.a"].map((jsonPath) => column({ jsonPath })),
  ...["", "A b"].map((name) => column({ name })),
  column({ priority: -1, description: "" }),
  ...NAMES.flatMap((name) => [{ shortNames: [name] }, { categories: [name] }]),
  ...KEYS.flatMap((key) => [
    { metadata: { labels: { [key]: "a" } } },
    { metadata: { annotations: { [key]: "e f" } } },
  ]),
  ...VALUES.map((value) => ({ metadata: { labels: { a: value } } })),
  ...[...GROUPS, "kubernetes.io", "xk8s.io", "x-k8s.io", "a.x-k8s.io"].map((group) => ({ group })),
  { group: "a.k8s.io", metadata: APPROVED },
  ...["v1", "v1beta2", "V1", "v1.2", "v1_2"].map((apiVersion) => ({ apiVersion })),
];

Deno.test("kro refuses a field of spec.schema if the API server refuses the CRD", async () => {
  await using connection = await openClient();
  const wrong: string[] = [];
  let refusals = 0;
  for (const fields of SCHEMAS) {
    const raw = { apiVersion: "v1alpha1", kind: "Demo", group: "demo.example.org", ...fields };
    const { group, apiVersion: version, kind } = raw;
    const draft = { kind, version, group, namespaced: true, spec: {}, types: {}, status: {}, raw };
    const crd = generateCrd(draft, { type: "object" }, { type: "object" });
    const theirs = await connection.client
      .apply({ kind: CRD_KIND, name: crd.metadata.name! }, crd, { ...by, dryRun: true })
      .then(() => undefined, (error) => {
        if (error instanceof ApiError) return error.message;
        throw error;
      });
    const rgd = {
      apiVersion: "kro.run/v1alpha1",
      kind: "ResourceGraphDefinition",
      metadata: { name: "demo" },
      spec: { schema: raw },
    };
    const result = compile(rgd, await resolveKinds(snapshotSource(), kindsOf(rgd)));
    const ours = result.ok ? undefined : result.problems.map(problemText).join("; ");
    if (theirs) refusals++;
    if ((theirs === undefined) === (ours === undefined)) continue;
    const what = JSON.stringify(fields);
    wrong.push(`${what}: API server: ${theirs ?? "accepted"}; kro: ${ours ?? "accepted"}`);
  }
  assert.deepEqual(wrong, []);
  assert.ok(refusals > 40, `the API server refuses ${refusals} of the CRDs`);
});
