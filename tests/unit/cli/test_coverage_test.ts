/** Tests of `kro test --coverage` and of the output formats. */
import assert from "node:assert/strict";
import { runCommand } from "../../support/command.ts";

const RGD = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: shop}
spec:
  schema:
    apiVersion: v1alpha1
    kind: Shop
    spec: {size: integer | default=1, names: "[]string"}
    status: {kind: "\${schema.spec.size > 5 ? 'big' : 'small'}"}
  resources:
    - id: one
      includeWhen: ["\${schema.spec.size > 0}"]
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: one}
        data:
          size: "size \${schema.spec.size > 5 ? 'large' : 'small'} of \${schema.spec.size > 3 ? 'a' : 'b'}"
    - id: many
      forEach: [{label: "\${schema.spec.names}"}]
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "\${label}"}
`;

const testOf = (name: string, spec: string) =>
  `  - name: ${name}
    instance: {apiVersion: kro.run/v1alpha1, kind: Shop, metadata: {name: a}, spec: ${spec}}
    expect: {state: ACTIVE}
`;

/**
 * Runs `kro test` with one test for each of these instance specs. Removes the path of the temporary folder
 * from the output.
 */
async function run(specs: string[], ...args: string[]) {
  const dir = await Deno.makeTempDir();
  try {
    const tests = specs.map((spec, i) => testOf(`test ${i + 1}`, spec)).join("");
    await Deno.writeTextFile(`${dir}/rgd.yaml`, RGD);
    await Deno.writeTextFile(`${dir}/a.test.yaml`, `graphs: [rgd.yaml]\ntests:\n${tests}`);
    const { code, stdout, stderr } = await runCommand(["test", dir, ...args]);
    return { code, stdout: stdout.replaceAll(`${dir}/`, ""), stderr };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("--coverage lists the nodes, conditions, branches and collection sizes that no test reaches", async () => {
  const { code, stdout } = await run(["{size: 1, names: [x]}"], "--coverage");
  assert.equal(code, 0);
  assert.deepEqual(stdout.split("\n").slice(2, -1), [
    "coverage of shop in rgd.yaml: 7 of 13 (53 %)",
    '  rgd.yaml:12:22: node "one": includeWhen[0]: no test in which includeWhen is false',
    '  rgd.yaml:18:18: node "one": template.data.size: no test in which the condition of ? is true',
    '  rgd.yaml:18:18: node "one": template.data.size: no test in which the condition of ? is true',
    '  rgd.yaml:20:26: node "many": forEach[0].label: no test in which forEach has no element',
    '  rgd.yaml:20:26: node "many": forEach[0].label: no test in which forEach has several elements',
    "  rgd.yaml:9:44: schema.status.kind: no test in which the condition of ? is true",
  ]);
});

const ALL = ["{size: 0, names: []}", "{size: 2, names: [x]}", "{size: 9, names: [x, z]}"];

Deno.test("tests that reach every part of an RGD have a coverage of 100 %", async () => {
  const { code, stdout } = await run(ALL, "--coverage", "--min-coverage", "100");
  assert.match(stdout, /\ncoverage of shop in rgd\.yaml: 13 of 13 \(100 %\)\n$/);
  assert.equal(code, 0);
});

Deno.test("--min-coverage fails if less of an RGD is tested", async () => {
  const { code, stderr } = await run(ALL.slice(1), "--min-coverage", "90");
  assert.equal(stderr, "the coverage of shop is 84 %, less than 90 %");
  assert.equal(code, 1);
  const wrong = await run(ALL, "--min-coverage", "101");
  assert.match(wrong.stderr, /"101" is not a whole number from 0 to 100/);
  assert.equal(wrong.code, 2);
});

Deno.test("-o json contains each test with its failures, and the coverage", async () => {
  const { code, stdout } = await run(
    ["{size: 1, names: []}", "{size: 1, names: [x, x]}"],
    "-o",
    "json",
    "--coverage",
  );
  const { passed, failed, tests, coverage } = JSON.parse(stdout);
  assert.deepEqual([code, passed, failed], [1, 1, 1]);
  assert.deepEqual(
    tests.map((test: Record<string, unknown>) => [test.name, test.place, test.passed]),
    [
      ["test 1", "a.test.yaml:3:5", true],
      ["test 2", "a.test.yaml:6:5", false],
    ],
  );
  assert.match(
    tests[1].failures[0].message,
    /^state: expected ACTIVE, found ERROR: node "many" ident/,
  );
  assert.equal(coverage[0].total, 13);
  assert.equal(coverage[0].missing[0].event, "includeWhen is false");
});

Deno.test("-o junit is XML with one test case for each test", async () => {
  const { stdout } = await run(["{size: 1, names: []}", "{size: 1, names: [x, x]}"], "-o", "junit");
  const lines = stdout.replaceAll(/time="[\d.]+"/g, 'time=""').split("\n");
  assert.deepEqual(lines.slice(0, 4), [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites time="">',
    '  <testsuite name="a.test.yaml" tests="2" failures="1" time="">',
    '    <testcase classname="a.test.yaml" name="test 1" time=""/>',
  ]);
  assert.match(
    lines[5]!,
    /^ {6}<failure message="a\.test\.yaml:8:14: state: expected ACTIVE, found ERROR: node &#34;many&#34; /,
  );
  assert.deepEqual(lines.slice(6), ["    </testcase>", "  </testsuite>", "</testsuites>", ""]);
});
