/**
 * Tests of an apply that the API server refuses because live list elements have the same name as applied
 * elements: which duplicates the error names, and which elements a merge patch removes before the next apply.
 */
import assert from "node:assert/strict";
import { ApiError, type JsonObject, type StatusCause } from "../../../src/api/mod.ts";
import { duplicatesOf, withoutDuplicates } from "../../../src/clusters/renamed_elements.ts";

const cause = (field: string, reason = "FieldValueDuplicate"): StatusCause => ({ field, reason });
const invalid = (...causes: StatusCause[]) => new ApiError("no", { reason: "Invalid", causes });

Deno.test("duplicatesOf returns duplicate list elements only if they are the error's only causes", () => {
  assert.deepEqual(duplicatesOf(invalid(cause("spec.ports[1].name"))), [
    { list: ["spec", "ports"], field: "name" },
  ]);
  assert.deepEqual(duplicatesOf(invalid()), []);
  assert.deepEqual(
    duplicatesOf(invalid(cause("spec.ports[1].name"), cause("spec.type", "FieldValueInvalid"))),
    [],
  );
  assert.deepEqual(duplicatesOf(invalid(cause("spec.ports[1]"))), []);
  const conflict = new ApiError("no", { reason: "Conflict", causes: [cause("a[0].name")] });
  assert.deepEqual(duplicatesOf(conflict), []);
});

Deno.test("duplicatesOf returns each list once, although the error names each duplicate element", () => {
  const causes = Array.from({ length: 1000 }, (_, i) => cause(`spec.ports[${i}].name`));
  assert.deepEqual(duplicatesOf(invalid(...causes, cause("spec.ports[1].nodePort"))), [
    { list: ["spec", "ports"], field: "name" },
    { list: ["spec", "ports"], field: "nodePort" },
  ]);
});

const object = (ports: JsonObject[]) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "a" },
  spec: { ports },
});
const byName = [{ list: ["spec", "ports"], field: "name" }];

Deno.test("withoutDuplicates removes live elements with a desired name, and is undefined if there are none", () => {
  const desired = object([{ name: "http", port: 80 }]);
  const live = object([{ name: "http", port: 81 }, { name: "theirs", port: 9 }, { port: 10 }]);
  assert.deepEqual(withoutDuplicates(live, desired, byName), {
    spec: { ports: [{ name: "theirs", port: 9 }, { port: 10 }, { name: "http", port: 80 }] },
  });
  const other = object([{ name: "theirs", port: 9 }]);
  assert.equal(withoutDuplicates(other, desired, byName), undefined);
  assert.equal(withoutDuplicates(live, { ...desired, spec: {} }, byName), undefined);
});
