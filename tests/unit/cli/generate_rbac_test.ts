/** Tests of `kro generate rbac` on files: the output, the choice of the RGDs, and the errors. */
import assert from "node:assert/strict";
import { runCommand } from "../../support/command.ts";

const EXAMPLE = new URL("../../../deploy/examples/httpbin", import.meta.url).pathname;

const ROLE = `# Permissions of the kro controller for the graph httpbin.
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: kro:graph:httpbin
rules:
  # The generated CRD
  - apiGroups: [apiextensions.k8s.io]
    resources: [customresourcedefinitions]
    resourceNames: [httpbinapps.duffy.xyz]
    verbs: [patch]
  # Instances of the graph
  - apiGroups: [duffy.xyz]
    resources: [httpbinapps]
    verbs: [get, list, watch, patch]
  - apiGroups: [duffy.xyz]
    resources: [httpbinapps/status]
    verbs: [update]
  # Objects of instances
  - apiGroups: [""]
    resources: [serviceaccounts, services]
    verbs: [get, list, watch, create, patch, delete]
  - apiGroups: [apps]
    resources: [deployments]
    verbs: [get, list, watch, create, patch, delete]
`;

const BINDING = `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: kro:graph:httpbin
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: kro:graph:httpbin
subjects:
  - kind: ServiceAccount
    name: kro
    namespace: kro-system
`;

/** Runs `kro generate rbac` on a folder with these files. */
async function generate(files: Record<string, string>, ...args: string[]) {
  const dir = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${dir}/${name}`, text);
    }
    const given = args.map((arg) => arg.replace("DIR", dir));
    const result = await runCommand(["generate", "rbac", "-f", `${dir}/rgds.yaml`, ...given]);
    return { ...result, stderr: result.stderr.replaceAll(`${dir}/`, "") };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Returns an RGD that defines `kind`. Its only resource is an object of the kind `uses` in `apiVersion`. */
function rgd(kind: string, apiVersion: string, uses: string): string {
  return `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: ${kind.toLowerCase()}}
spec:
  schema: {kind: ${kind}, apiVersion: v1alpha1}
  resources:
    - id: used
      template: {apiVersion: ${apiVersion}, kind: ${uses}, metadata: {name: x}}
---
`;
}

/** A CRD whose plural differs from the plural that kro would derive from the kind. */
const BUCKET_CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: bucketz.acme.io}
spec:
  group: acme.io
  scope: Namespaced
  names: {kind: Bucket, plural: bucketz}
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
`;

Deno.test("the example's role contains its kinds, and is bound to kro's service account", async () => {
  const { code, stdout, stderr } = await runCommand(["generate", "rbac", "-f", EXAMPLE]);
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: ROLE + BINDING, stderr: "" });
});

Deno.test("flags choose the service account, one role for all RGDs, no binding, or aggregation", async () => {
  const run = async (...args: string[]) => {
    const { code, stdout } = await generate({
      "rgds.yaml": rgd("One", "v1", "Secret") + rgd("Two", "v1", "Service"),
    }, ...args);
    assert.equal(code, 0);
    return stdout;
  };
  const names = (text: string) =>
    [...text.matchAll(/^kind: (.*)\nmetadata:\n {2}name: (.*)$/gm)]
      .map(([, kind, name]) => `${kind} ${name}`);
  assert.deepEqual(names(await run()), [
    "ClusterRole kro:graph:one",
    "ClusterRoleBinding kro:graph:one",
    "ClusterRole kro:graph:two",
    "ClusterRoleBinding kro:graph:two",
  ]);
  assert.deepEqual(names(await run("two")), [
    "ClusterRole kro:graph:two",
    "ClusterRoleBinding kro:graph:two",
  ]);
  const one = await run("--name", "kro:scoped", "--no-binding");
  assert.deepEqual(names(one), ["ClusterRole kro:scoped"]);
  assert.match(one, /resources: \[secrets, services\]/);
  assert.match(one, /graphs one, two\./);
  const aggregated = await run("--aggregate", "two");
  assert.deepEqual(names(aggregated), ["ClusterRole kro:graph:two"]);
  assert.match(aggregated, /^ {4}rbac\.kro\.run\/aggregate-to-controller: "true"$/m);
  const bound = await run("two", "--service-account", "other", "-n", "there");
  assert.match(bound, /name: other\n {4}namespace: there/);
  const controller = await run("two", "--controller");
  assert.match(controller, /resourceNames: \[controller\.kro\.run\]/);
});

Deno.test("plurals come from CRDs and from other RGDs; unknown kinds are an error", async () => {
  const rgds = rgd("One", "acme.io/v1", "Bucket") + rgd("Two", "kro.run/v1alpha1", "One");
  const files = { "rgds.yaml": rgds, "crd.yaml": BUCKET_CRD };
  const { code, stdout } = await generate(files, "--crd", "DIR/crd.yaml");
  assert.equal(code, 0);
  assert.match(stdout, /resources: \[bucketz\]/);
  assert.match(
    stdout,
    /resources: \[ones\]\n {4}verbs: \[get, list, watch, create, patch, delete\]/,
  );
  const unknown = await generate(files, "one");
  assert.deepEqual({ ...unknown, stderr: "", lines: 0 }, {
    code: 1,
    stdout: "",
    stderr: "",
    lines: 0,
  });
  assert.match(unknown.stderr, /^rgds\.yaml:8:.*Bucket of acme\.io\/v1 .*--crd FILE/);
});

Deno.test("invalid arguments print one line and exit with code 2", async () => {
  const one = { "rgds.yaml": rgd("One", "v1", "Secret") };
  const cases: [string[], RegExp][] = [
    [["onee"], /no ResourceGraphDefinition "onee" in these files; did you mean "one"\?/],
    [["--all"], /--all reads the RGDs of the cluster; drop --all or -f/],
    [["--aggregate", "--namespaced"], /cannot be used with/],
    [["--servce-account", "x"], /Did you mean --service-account\?/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr, lines } = await generate(one, ...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
    assert.equal(lines, 1);
  }
  for (const args of [[], ["one", "--all"]]) {
    const { code, stderr } = await runCommand(["generate", "rbac", ...args]);
    assert.equal(code, 2);
    assert.match(stderr, /name RGDs by one of -f FILE, NAME, and --all/);
  }
  const { stderr } = await runCommand(["generate", "rbac", "one", "--crd", "x"]);
  assert.match(stderr, /--crd is for RGDs of files: add -f/);
});
