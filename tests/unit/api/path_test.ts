/** Tests of the functions that format field paths for messages, such as `spec.ports[0].name`. */
import assert from "node:assert/strict";
import { type PathStep, pathText } from "../../../src/api/mod.ts";

const cases: [path: PathStep[], text: string][] = [
  [[], ""],
  [["spec", "ports", 0, "port"], "spec.ports[0].port"],
  [["data", "a.b"], 'data["a.b"]'],
  [["data", "a[0]", ""], 'data["a[0]"][""]'],
  [["a.b", "c"], '["a.b"].c'],
  [
    ["spec", "ports", { containerPort: 80, protocol: "TCP" }, "name"],
    'spec.ports[containerPort=80,protocol="TCP"].name',
  ],
];

for (const [path, text] of cases) {
  Deno.test(`pathText of ${JSON.stringify(path)} is ${text || "empty"}`, () => {
    assert.equal(pathText(path), text);
  });
}

Deno.test("the caller can choose the names that are quoted", () => {
  assert.equal(pathText(["data", "a.b"], () => false), "data.a.b");
  assert.equal(pathText(["data", "a-b"], (name) => name.includes("-")), 'data["a-b"]');
});
