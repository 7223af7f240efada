/**
 * Tests that the JSON schemas of plan files and record files are up to date, and accept the files that kro
 * writes.
 */
import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { FILE_SCHEMAS } from "../../../deploy/tasks/file_schemas.ts";
import { VERSION } from "../../../src/api/mod.ts";
import { writePlan } from "../../../src/cli/plan/file.ts";
import type { PlanReport } from "../../../src/explain/mod.ts";
import { read } from "../../support/documents.ts";
import { recorded } from "../../support/record.ts";
import { recordText } from "../../../src/cli/record/file.ts";

function errorsOf(path: string, value: unknown): unknown[] {
  const validate = new Ajv({ strictTypes: false }).compile(JSON.parse(FILE_SCHEMAS[path]!));
  return validate(value) ? [] : validate.errors ?? [];
}

Deno.test("the JSON schemas of plans and records are current", () => {
  for (const [path, content] of Object.entries(FILE_SCHEMAS)) {
    assert.equal(read(path), content, "run deno task schemas");
  }
});

Deno.test("a saved plan fits its schema", async () => {
  const kind = {
    group: "",
    version: "v1",
    kind: "ConfigMap",
    plural: "configmaps",
    namespaced: true,
  };
  const name = { apiVersion: "v1", kind: "ConfigMap", namespace: "n", name: "a" };
  const report: PlanReport = {
    graphs: [{ name: "g", action: "changed", problems: [], fields: [{ path: "spec", new: 1 }] }],
    instances: { planned: 1, deleting: 0, suspended: 0 },
    objects: 1,
    changes: [{ ...name, action: "created", instance: name, node: "a", fields: [] }],
    waits: [{ instance: name, node: "a", kind: "ConfigMap", state: "unready", reason: "r" }],
    notes: [],
  };
  const ref = { kind, namespace: "n", name: "a" };
  const file = await Deno.makeTempFile();
  try {
    await writePlan(file, {
      version: VERSION,
      cluster: "uid:1",
      namespace: "n",
      manifests: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } }],
      instances: [ref],
      states: [{ ref, state: null }],
      report,
    });
    const plan = JSON.parse(await Deno.readTextFile(file));
    assert.deepEqual(errorsOf("docs/schemas/plan.json", plan), []);
    assert.equal(errorsOf("docs/schemas/plan.json", { ...plan, more: 1 }).length, 1);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a record fits its schema", async () => {
  const record = JSON.parse(recordText(await recorded()));
  assert.deepEqual(errorsOf("docs/schemas/record.json", record), []);
  assert.equal(errorsOf("docs/schemas/record.json", { ...record, kind: "Other" }).length, 1);
});
