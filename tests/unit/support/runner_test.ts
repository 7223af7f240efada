import assert from "node:assert/strict";
import { moduleFor } from "../../support/controlplane/kubernetes.ts";
import { moduleVersion } from "../../support/controlplane/parts.ts";
import { parseReport, reasonOf } from "../../support/runner/report.ts";
import { groundOf, parseRequest, takes, testFiles } from "../../support/runner/selection.ts";
import { mark, survivors } from "../../support/runner/survivors.ts";

const needsProc = Deno.build.os === "linux" ? "" : " (ignored: needs /proc)";
const source = `
Deno.test("good", () => {});
Deno.test("good <&> steps", async (t) => {
  await t.step("one", () => {});
  await t.step({ name: "two (ignored: no network)", ignore: true, fn() {} });
});
Deno.test("bad", () => { throw new Error("boo"); });
Deno.test("bad step", async (t) => { await t.step("inner", () => { throw new Error("x"); }); });
Deno.test({ name: "later (ignored: needs a \\"quoted\\" thing)", ignore: true, fn() {} });
Deno.test({ name: "good but ignored", ignore: true, fn() {} });
`;

async function reportOf(filter?: string) {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/a_test.ts`, source);
  const args = ["test", "--no-check", "--junit-path=junit.xml", "a_test.ts"];
  if (filter) args.push(`--filter=${filter}`);
  await new Deno.Command(Deno.execPath(), { args, cwd: dir, stdout: "null", stderr: "null" })
    .output();
  const report = parseReport(await Deno.readTextFile(`${dir}/junit.xml`), filter);
  await Deno.remove(dir, { recursive: true });
  return report;
}

Deno.test("the report counts tests without their steps, and lists failed and ignored ones", async () => {
  assert.deepEqual(await reportOf(), {
    passed: 2,
    failed: ["bad", "bad step"],
    ignored: [
      'later (ignored: needs a "quoted" thing)',
      "good but ignored",
      "good <&> steps > two (ignored: no network)",
    ],
  });
});

Deno.test("tests that the filter excludes are not counted as ignored", async () => {
  const { passed, failed, ignored } = await reportOf("good");
  assert.deepEqual([passed, failed], [2, []]);
  assert.deepEqual(ignored, ["good but ignored", "good <&> steps > two (ignored: no network)"]);
});

Deno.test("reasonOf reads the reason for an ignored test from its name", () => {
  assert.equal(
    reasonOf("x (ignored: needs a mirror (of releases))"),
    "needs a mirror (of releases)",
  );
  assert.equal(reasonOf("x (ignored: )"), undefined);
  assert.equal(reasonOf("x (ignored)"), undefined);
});

Deno.test("a filter is a part of the name or a regular expression, as in Deno", () => {
  const cases: [string | undefined, string, boolean][] = [
    [undefined, "any", true],
    ["lock", "a lock is held", true],
    ["Lock", "a lock is held", false],
    ["/^a l/", "a lock is held", true],
    ["/^lock/", "a lock is held", false],
  ];
  for (const [filter, name, expected] of cases) {
    assert.equal(takes(filter, name), expected, String(filter));
  }
});

Deno.test("parseRequest reads the command line of deno task test", () => {
  const none = {
    only: undefined,
    filter: undefined,
    kubernetes: undefined,
    paths: [],
    help: false,
  };
  assert.deepEqual(parseRequest([]), none);
  assert.deepEqual(parseRequest(["--unit"]), { ...none, only: "unit" });
  assert.deepEqual(parseRequest(["--unit", "--cluster"]), none);
  assert.deepEqual(parseRequest(["--cluster", "--filter", "x", "tests/cluster"]), {
    ...none,
    only: "cluster",
    filter: "x",
    paths: ["tests/cluster"],
  });
  const older = { ...none, only: "cluster", kubernetes: "1.34" };
  assert.deepEqual(parseRequest(["--kubernetes", "1.34"]), older);
  assert.throws(() => parseRequest(["--fitler", "x"]), /fitler/);
  assert.throws(() => parseRequest(["--kubernetes", "old"]), /"old", expected a version such as/);
});

Deno.test("the module that builds another Kubernetes requires the libraries of the same version", () => {
  const goMod = "module k8s.io/kubernetes\n\ngo 1.24.0\n\nreplace (\n" +
    "\tk8s.io/api => ./staging/src/k8s.io/api\n\tk8s.io/mount-utils => ./staging/src/k8s.io/m\n)\n";
  const made = moduleFor("v1.34.4", goMod);
  assert.equal(moduleVersion(made, "k8s.io/kubernetes"), "v1.34.4");
  assert.match(made, /^go 1\.24\.0$/m);
  assert.deepEqual(made.match(/^\t\S+ => .+$/gm), [
    "\tk8s.io/api => k8s.io/api v0.34.4",
    "\tk8s.io/mount-utils => k8s.io/mount-utils v0.34.4",
  ]);
});

Deno.test("testFiles finds test files in folders, and groundOf decides by their path if they need a cluster", async () => {
  const root = await Deno.makeTempDir();
  await Deno.mkdir(`${root}/b`);
  for (const name of ["z_test.ts", "b/a_test.ts", "b/helper.ts"]) {
    await Deno.writeTextFile(`${root}/${name}`, "");
  }
  assert.deepEqual(await testFiles([`${root}/`, `${root}/b/a_test.ts`]), [
    `${root}/b/a_test.ts`,
    `${root}/z_test.ts`,
  ]);
  await assert.rejects(testFiles([`${root}/missing`]), Deno.errors.NotFound);
  await Deno.remove(root, { recursive: true });
  assert.equal(groundOf("tests/unit/cel/a_test.ts"), "memory");
  assert.equal(groundOf("tests/conformance/a_test.ts"), "memory");
  assert.equal(groundOf("./tests/cluster/upstream/a_test.ts"), "api");
  assert.equal(groundOf("tests/cluster/own/a_test.ts"), "cluster");
});

Deno.test({
  name: `survivors finds a running process of the test run by its mark${needsProc}`,
  ignore: needsProc !== "",
  fn: async () => {
    const run = crypto.randomUUID();
    const orphan = new Deno.Command("sh", {
      args: ["-c", "sleep 1000 >/dev/null 2>&1 & echo $!"],
      env: { [mark]: run },
    });
    const pid = Number(new TextDecoder().decode((await orphan.output()).stdout));
    assert.deepEqual(await survivors(run, 0), [{ pid, command: "sleep 1000" }]);
    Deno.kill(pid, "SIGKILL");
    assert.deepEqual(await survivors(run), []);
    assert.deepEqual(await survivors(crypto.randomUUID(), 0), []);
  },
});
