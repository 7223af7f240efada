/** Checks docs/testing.md and the JSON schema of test files against `kro test`. */
import assert from "node:assert/strict";
import { TEST_SCHEMA_FILE, testSchema } from "../../../deploy/tasks/test_schema.ts";
import { type FileSchema, TEST_FILE_SCHEMA } from "../../../src/cli/test/file_schema.ts";
import { violationsOf } from "../../../src/cli/test/check.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { runCommand } from "../../support/command.ts";
import { read, root } from "../../support/documents.ts";

const PAGE = read("docs/testing.md");
const EXAMPLE = "deploy/examples/httpbin/tests/httpbin.test.yaml";

Deno.test("docs/testing.md shows the test file of the example, which passes", async () => {
  assert.ok(PAGE.includes("```yaml\n" + read(EXAMPLE) + "```"));
  const { code, stdout } = await runCommand(["test", `${root}/${EXAMPLE}`]);
  const lines = stdout.replace(`${root}/`, "");
  assert.ok(PAGE.includes(`$ kro test deploy/examples/httpbin\n${lines}`), lines);
  const coverage = await runCommand(["test", "--coverage", `${root}/${EXAMPLE}`]);
  const report = coverage.stdout.replaceAll(/\/\S*(?=deploy)/g, "");
  assert.ok(PAGE.includes(`$ kro test --coverage deploy/examples/httpbin\n${report}`), report);
  assert.equal(code, 0);
});

Deno.test("the unit tests of all examples pass and reach every part of their RGDs", async () => {
  const { code, stdout, stderr } = await runCommand([
    ...["test", `${root}/deploy/examples`, "--min-coverage", "100"],
  ]);
  assert.equal(code, 0, stdout + stderr);
});

Deno.test("docs/schemas/test.json is the schema by which kro test checks test files", () => {
  const hint = "run deno task schemas";
  assert.equal(read(TEST_SCHEMA_FILE), testSchema(), hint);
});

/**
 * Returns the property names in a schema, from each object schema that permits only the listed properties.
 */
function keysOf(
  { properties = {}, additionalProperties, items, anyOf = [] }: FileSchema,
): string[] {
  const own = additionalProperties === false ? Object.keys(properties) : [];
  const below = [...Object.values(properties), ...anyOf, ...items ? [items] : []];
  if (additionalProperties) below.push(additionalProperties);
  return [...own, ...below.flatMap(keysOf)];
}

Deno.test("docs/testing.md names every key of test files", () => {
  const keys = new Set(keysOf(TEST_FILE_SCHEMA));
  assert.ok(keys.has("snapshot") && keys.has("problems"));
  assert.deepEqual([...keys].filter((key) => !new RegExp(`[\`{ ]${key}[\`:]`).test(PAGE)), []);
});

Deno.test("docs/testing.md lists every flag of kro test", () => {
  const program = createProgram({ out() {}, err() {}, color: false }, () => {});
  const command = program.commands.find((each) => each.name() === "test")!;
  const flags = command.options.map(({ long }) => long!).filter((long) => long !== "--help");
  assert.deepEqual(flags.filter((flag) => !PAGE.includes(`\`${flag}\``)), []);
});

Deno.test("a value of a wrong type violates the schema at every depth", () => {
  const violations = violationsOf(TEST_FILE_SCHEMA, { graphs: "a", tests: [{ name: 1 }] });
  assert.deepEqual(violations.map(({ steps, message }) => `${steps.join(".")}: ${message}`), [
    "graphs: expected a list, found a string",
    "tests.0.name: expected a string, found a number",
    'tests.0: the key "instance" is missing',
    'tests.0: the key "expect" is missing',
  ]);
});
