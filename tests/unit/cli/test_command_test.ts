/** Tests of `kro test`: expected results, steps, rejections, snapshots, and errors in test files. */
import assert from "node:assert/strict";
import { runCommand } from "../../support/command.ts";

const RGD = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: shop}
spec:
  schema:
    apiVersion: v1alpha1
    kind: Shop
    spec: {image: string | default=nginx, replicas: integer | default=1, public: boolean | default=false}
    status: {ready: "\${web.status.readyReplicas}"}
  resources:
    - id: web
      readyWhen: ["\${web.status.?readyReplicas.orValue(0) >= 1}"]
      template:
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "\${schema.metadata.name}"}
        spec:
          replicas: "\${schema.spec.replicas}"
          selector: {matchLabels: {app: a}}
          template:
            metadata: {labels: {app: a}}
            spec: {containers: [{name: a, image: "\${schema.spec.image}"}]}
    - id: after
      includeWhen: ["\${schema.spec.public}"]
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: after}
        data: {ready: "\${string(web.status.readyReplicas)}"}
`;

const INSTANCE = "{apiVersion: kro.run/v1alpha1, kind: Shop, metadata: {name: a}}";
const WEB = "apiVersion: apps/v1, kind: Deployment, metadata: {name: a}";

/** Returns a test file with one test whose lines are indented by four spaces. */
function fileOf(...lines: string[]): string {
  const head = ["graphs: [rgd.yaml]", "tests:", "  - name: one", `    instance: ${INSTANCE}`];
  return [...head, ...lines.map((line) => `    ${line}`), ""].join("\n");
}

/** Runs `kro test` in a temporary folder with these files. Removes the folder's path from the output. */
async function run(files: Record<string, string>, ...args: string[]) {
  const dir = await Deno.makeTempDir();
  try {
    const all: Record<string, string> = { "rgd.yaml": RGD, ...files };
    for (const [name, text] of Object.entries(all)) {
      await Deno.writeTextFile(`${dir}/${name}`, text);
    }
    const { code, stdout, stderr } = await runCommand(["test", dir, ...args]);
    const read = (name: string) => Deno.readTextFile(`${dir}/${name}`).catch(() => undefined);
    const written = { "new.yaml": await read("new.yaml") };
    const plain = (text: string) => text.replaceAll(`${dir}/`, "");
    return { code, stdout: plain(stdout), stderr: plain(stderr), written };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/**
 * Lines of test files whose expected results are correct, so `kro test` must succeed. The keys describe what
 * the lines expect.
 */
const MET: Record<string, string[]> = {
  "fields of an object": [
    `expect: {objects: [{${WEB}, spec: {replicas: 1, paused: null}}]}`,
  ],
  "states of nodes": [
    "expect: {state: IN_PROGRESS, nodes: {web: Waiting, after: Skipped}}",
  ],
  "the reason of a state": [
    "expect: {nodes: {web: {state: Waiting, reason: readyReplicas}}}",
  ],
  "a condition": ['expect: {conditions: {Ready: "False"}}'],
  "a status from an observed object": [
    `observed: [{${WEB}, status: {readyReplicas: 2}}]`,
    'expect: {state: ACTIVE, status: {ready: 2}, conditions: {Ready: "True"}}',
  ],
  "an absent object": [
    "expect: {absent: [{apiVersion: v1, kind: ConfigMap, name: after}]}",
  ],
  "steps": [
    "expect: {nodes: {web: Waiting}}",
    "steps:",
    `  - observed: [{${WEB}, status: {readyReplicas: 1}}]`,
    "    expect: {state: ACTIVE, nodes: {web: Ready, after: Skipped}}",
    "  - instance: {spec: {public: true, image: httpd}}",
    "    expect:",
    "      nodes: {after: Ready}",
    '      objects: [{apiVersion: v1, kind: ConfigMap, metadata: {name: after}, data: {ready: "1"}}]',
    "  - instance: {spec: {public: false}}",
    "    expect: {absent: [{apiVersion: v1, kind: ConfigMap, name: after}]}",
    "  - delete: [{apiVersion: kro.run/v1alpha1, kind: Shop, name: a}]",
    `    expect: {state: DELETED, absent: [{apiVersion: apps/v1, kind: Deployment, name: a}]}`,
  ],
  "a drifted object": [
    "expect: {nodes: {web: Waiting}}",
    "steps:",
    `  - observed: [{${WEB}, spec: {replicas: 7}}]`,
    `    expect: {objects: [{${WEB}, spec: {replicas: 1}}]}`,
  ],
};

for (const [name, lines] of Object.entries(MET)) {
  Deno.test(`a test passes if the expected result is met: ${name}`, async () => {
    const { code, stdout, stderr } = await run({ "a.test.yaml": fileOf(...lines) });
    assert.equal(stdout + stderr, "ok   a.test.yaml: 1 test\n1 passed, 0 failed\n");
    assert.equal(code, 0);
  });
}

/** Lines of test files whose expected results are wrong, each with the failure that `kro test` must print. */
const UNMET: [lines: string[], report: string][] = [
  [
    [`expect: {objects: [{${WEB}, spec: {replicas: 2}}]}`],
    "a.test.yaml:5:92: objects[0].spec.replicas: expected 2, found 1",
  ],
  [
    [`expect: {objects: [{${WEB}, spec: {template: {spec: {containers: []}}}}]}`],
    "a.test.yaml:5:110: objects[0].spec.template.spec.containers: expected 0 items, found 1 item",
  ],
  [
    ["expect: {objects: [{apiVersion: apps/v1, kind: Deployment, metadata: {name: b}}]}"],
    'a.test.yaml:5:24: objects[0]: Deployment "b" does not exist; did you mean "a"?',
  ],
  [
    ["expect: {state: ACTIVE}"],
    "a.test.yaml:5:14: state: expected ACTIVE, found IN_PROGRESS",
  ],
  [
    ["expect: {nodes: {wep: Ready}}"],
    'a.test.yaml:5:22: nodes.wep: no node "wep"; did you mean "web"?',
  ],
  [["expect: {status: {ready: 1}}"], "a.test.yaml:5:23: status.ready: expected 1, found no field"],
  [['expect: {conditions: {Redy: "True"}}'], 'no condition "Redy"; did you mean "Ready"?'],
  [['expect: {conditions: {Ready: "True"}}'], "conditions.Ready: expected True, found False: "],
  [
    [`expect: {exact: true, objects: [{${WEB}, spec: {replicas: 1}}]}`],
    "objects[0].spec.selector: expected no field, found",
  ],
  [["expect: {exact: true}"], 'objects: unexpected object Deployment "default/a"'],
  [
    ["expect: {absent: [{apiVersion: apps/v1, kind: Deployment, name: a}]}"],
    'absent[0]: Deployment "default/a" exists',
  ],
  [
    ["observed: [{apiVersion: v1, kind: Secret, metadata: {name: a}}]", "expect: {state: ACTIVE}"],
    'the graph "shop" has no node of the kind Secret v1',
  ],
  [
    [
      "expect: {nodes: {web: Waiting}}",
      "steps:",
      "  - {name: later, expect: {nodes: {web: Ready}}}",
    ],
    "a.test.yaml:7:40: later: nodes.web: expected Ready, found Waiting: ",
  ],
  [
    ["expect: {nodes: {web: {state: Waiting, reason: other}}}"],
    'nodes.web.reason: expected a reason with "other", found "',
  ],
  [
    [
      "expect: {nodes: {web: Waiting}}",
      "steps:",
      "  - delete: [{apiVersion: v1, kind: ConfigMap, name: after}]",
      "    expect: {state: ACTIVE}",
    ],
    'a.test.yaml:7:9: step 2: ConfigMap "after" does not exist, so that it cannot be deleted',
  ],
  [
    ["expect: {snapshot: none.yaml}"],
    "none.yaml does not exist; run kro test --update to write it",
  ],
];

for (const [lines, report] of UNMET) {
  Deno.test(`a test fails if the expected result is not met: ${report}`, async () => {
    const { code, stdout } = await run({ "a.test.yaml": fileOf(...lines) });
    assert.ok(stdout.startsWith("FAIL a.test.yaml: 1 test\n  one\n    a.test.yaml:"), stdout);
    assert.ok(stdout.includes(report), stdout);
    assert.ok(stdout.endsWith("0 passed, 1 failed\n"), stdout);
    assert.equal(code, 1);
  });
}

/** Lines that make a test file invalid, each with the error that `kro test` must print. */
const INVALID: [lines: string[], error: string][] = [
  [
    ["expcet: {state: ACTIVE}"],
    'a.test.yaml:5:5: tests[0].expcet: unknown key "expcet"; did you mean "expect"?',
  ],
  [["expcet: {state: ACTIVE}"], 'a.test.yaml:3:5: tests[0]: the key "expect" is missing'],
  [["expect: {stat: ACTIVE}"], 'unknown key "stat"; did you mean "state"?'],
  [["expect: {state: ACTIV}"], "is not one of ACTIVE"],
  [["expect: {}"], "tests[0].expect: the object is empty; known keys: state"],
  [["expect: {objects: {}}"], "tests[0].expect.objects: expected a list, found an object"],
  [["expect: {nodes: {web: 1}}"], "expected a string or an object, found a number"],
  [["expect: {nodes: {web: Redy}}"], 'did you mean "Ready"?'],
  [["expect: {snapshot: null}"], "expected a string, found null"],
  [["expect: {state: ACTIVE}", "steps: [{instance: {}}]"], 'steps[0]: the key "expect" is missing'],
  [["expect: {state: ACTIVE", "x"], "a.test.yaml:"],
  [
    ["expect: {state: ACTIVE}", "observed: [{apiVersion: v1, kind: ConfigMap, metadata: {}}]"],
    'observed[0].metadata: the key "name" is missing',
  ],
];

for (const [lines, error] of INVALID) {
  Deno.test(`an invalid test file is an error: ${error}`, async () => {
    const { code, stderr } = await run({ "a.test.yaml": fileOf(...lines) });
    assert.ok(stderr.includes(error), stderr);
    assert.match(stderr, /^(a\.test\.yaml:\d+:\d+: .+\n?)+$/);
    assert.equal(code, 2);
  });
}

Deno.test("a rejection passes if the RGDs have exactly the expected problems", async () => {
  const bad = RGD.replace("schema.spec.public", "schema.spec.publc");
  const file = (problem: string) =>
    `rejections: [{name: typo, graphs: [bad.yaml], problems: [${problem}]}]\n`;
  const right = "{code: TYPE, rgd: shop, node: after, path: 'includeWhen[0]', message: publc}";
  const passed = await run({ "bad.yaml": bad, "a.test.yaml": file(right) });
  assert.equal(passed.stdout, "ok   a.test.yaml: 1 test\n1 passed, 0 failed\n");
  const failed = await run({ "bad.yaml": bad, "a.test.yaml": file("{code: TYPE, path: spec}") });
  assert.match(
    failed.stdout,
    /a\.test\.yaml:1:58: no such problem: \{"code":"TYPE","path":"spec"\}/,
  );
  assert.match(failed.stdout, /a\.test\.yaml:1:47: unexpected problem: shop: node "after": incl/);
  assert.equal(failed.code, 1);
});

Deno.test("an RGD that kro rejects fails the test with file, line and column", async () => {
  const bad = RGD.replace("schema.spec.public", "schema.spec.publc");
  const { stdout } = await run({ "rgd.yaml": bad, "a.test.yaml": fileOf("expect: {exact: true}") });
  assert.match(
    stdout,
    /a\.test\.yaml:3:5: kro rejects the RGD: rgd\.yaml:\d+:\d+: shop: node "after"/,
  );
});

Deno.test("--update writes the snapshot of the objects, which then must stay equal", async () => {
  const file = fileOf("expect: {snapshot: new.yaml}");
  const { code, stderr, written } = await run({ "a.test.yaml": file }, "--update");
  assert.equal(code, 0);
  assert.equal(stderr, "wrote new.yaml");
  const snapshot = written["new.yaml"]!;
  assert.match(snapshot, /^apiVersion: apps\/v1\nkind: Deployment\nmetadata:\n {2}name: a\n/);
  assert.doesNotMatch(snapshot, /kro\.run|applyset/);
  const again = await run({ "a.test.yaml": file, "new.yaml": snapshot });
  assert.equal(again.code, 0, again.stdout);
  const changed = await run({
    "a.test.yaml": file,
    "new.yaml": snapshot.replace("nginx", "httpd"),
  });
  assert.match(
    changed.stdout,
    /snapshot: Deployment "default\/a": .*image: expected "httpd", found "nginx"/,
  );
});

Deno.test("a snapshot outside of the test file's folder is an error", async () => {
  const { stdout, code } = await run(
    { "a.test.yaml": fileOf("expect: {snapshot: ../new.yaml}") },
    "--update",
  );
  assert.match(stdout, /the file must be in the folder of the test file or below/);
  assert.equal(code, 1);
});

Deno.test("instances and observed objects may be in files, and tests may name their own graphs", async () => {
  const file = `tests:
  - name: files
    graphs: [rgd.yaml]
    instance: instance.yaml
    observed: [web.yaml]
    expect: {state: ACTIVE}
`;
  const web = `{${WEB}, status: {readyReplicas: 2}}`;
  const { code, stdout } = await run({
    "a.test.yaml": file,
    "instance.yaml": INSTANCE,
    "web.yaml": web,
  });
  assert.equal(code, 0, stdout);
});

Deno.test("--filter selects tests by name", async () => {
  const file = fileOf("expect: {state: IN_PROGRESS}");
  assert.equal((await run({ "a.test.yaml": file }, "--filter", "on")).code, 0);
  const none = await run({ "a.test.yaml": file }, "--filter", "two");
  assert.equal(none.stderr, 'error: no test has a name that contains "two"');
  assert.equal(none.code, 2);
});

Deno.test("a folder without test files is an error", async () => {
  const { code, stderr } = await run({});
  assert.match(stderr, /^error: there is no test file \*\.test\.yaml in /);
  assert.equal(code, 2);
});
