/**
 * Tests of complete command lines that need no cluster: help, usage errors, rendering, and
 * connection errors.
 */
import assert from "node:assert/strict";
import { parseYaml } from "../../../src/cli/mod.ts";
import { runCommand } from "../../support/command.ts";

const example = new URL("../../../deploy/examples/httpbin", import.meta.url).pathname;

const kro = (...args: string[]) => runCommand(args);

async function withFile<T>(text: string, run: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(path, text);
    return await run(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("version prints only the version, and help lists every command", async () => {
  assert.deepEqual(await kro("version"), { code: 0, stdout: "devel\n", stderr: "", lines: 0 });
  const help = await kro("--help");
  assert.equal(help.code, 0);
  for (
    const command of ["controller", "apply", "reconcile", "delete", "render", "validate", "version"]
  ) {
    assert.match(help.stdout, new RegExp(`^  ${command}\\b`, "m"));
  }
});

Deno.test("a usage error is printed to stderr and exits with 2", async () => {
  const cases: [string[], RegExp][] = [
    [["aply"], /unknown command 'aply'[^]*Did you mean apply/],
    [["apply"], /name the objects with -f, or a saved plan with --plan, but not both/],
    [
      ["apply", "-f", "x", "--dry-run=server"],
      /unknown option '--dry-run=server'; kro plan -f FILE/,
    ],
    [["apply", "-f", "x", "--server-side"], /'--server-side'; kro apply always uses server-side/],
    [["apply", "-k", "x"], /unknown option '-k'; kubectl kustomize DIR \| kro apply -f - applies/],
    [["diff", "-f", "x"], /unknown command 'diff'; kro plan -f FILE shows/],
    [["create", "-f", "x"], /unknown command 'create'; kro apply -f FILE creates/],
    [
      ["get", "x", "-o", "jsonpath={.spec}"],
      /'jsonpath=\{\.spec\}' is invalid\. Allowed choices are table, .*, name; kro get -o json prints/,
    ],
    [["get", "x", "-o", "custom-columns=A:.b"], /name; kro get -o json prints all fields/],
    [["apply", "--plan", "/no/such/file"], /cannot read the plan \/no\/such\/file/],
    [["apply", "--plan", `${example}/rgd.yaml`], /is not a plan of kro/],
    [["plan", "--filenam", "x"], /unknown option '--filenam' \(Did you mean --filename\?\)/],
    [["render", "--filname=x"], /unknown option '--filname=x' \(Did you mean --filename\?\)/],
    [["validate", "--offlin"], /unknown option '--offlin' \(Did you mean --offline\?\)/],
    [["validate"], /required option '-f, --filename <path>' not specified/],
    [["render"], /required option '-f, --filename <path>' not specified/],
    [["plan"], /required option '-f, --filename <path>' not specified/],
    [["plan", "-f", "/no/such/file"], /the path "\/no\/such\/file" does not exist/],
    [["plan", "-f", example, "--forbid", "purge"], /unknown action "purge"; .*prune/],
    [
      ["apply", "-f", example, "-o", "wide"],
      /argument 'wide' is invalid. Allowed choices are table, yaml, json/,
    ],
    [["apply", "-f", example, "--timeout", "5"], /"5" is not a duration/],
    [["apply", "-f", "/no/such/file"], /the path "\/no\/such\/file" does not exist/],
    [["replay", `${example}/rgd.yaml`], /rgd\.yaml is not a record of kro/],
    [["replay", "/no/such/file"], /cannot read \/no\/such\/file: No such file or directory$/m],
    [["replay", "--outptu", "json"], /unknown option '--outptu'.*Did you mean --output/],
    [["record", "httpbinapps"], /"httpbinapps" is a kind without a name/],
    [["delete"], /either -f FILE or KIND\/NAME/],
    [["delete", "httpbinapps"], /"httpbinapps" is a kind without a name/],
    [["delete", "a/b/c"], /"a\/b\/c" is not KIND or KIND\/NAME/],
    [["reconcile", "-A", "-n", "x"], /-A and -n exclude each other/],
    [["controller", "--no-such-flag"], /unknown option '--no-such-flag'/],
    [["controller", "--client-qps", "many"], /"many" is not a number/],
    [["render", "-f", `${example}/instance.yaml`], /no ResourceGraphDefinition in these files/],
    [["validate", "-f", `${example}/instance.yaml`], /no ResourceGraphDefinition in these files/],
    [["validate", "-f", example, "--offline", "--context", "c"], /--offline excludes .* --context/],
    [["validate", "-f", example, "--crd", example], /no CustomResourceDefinition .* in \//],
    [["validate", "-f", example, "-o", "yaml"], /Allowed choices are text, json, github/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await kro(...args);
    assert.equal(code, 2, args.join(" "));
    assert.equal(stdout, "", args.join(" "));
    assert.match(stderr, message, args.join(" "));
  }
});

Deno.test("invalid YAML is reported with file, line and column", async () => {
  await withFile("apiVersion: v1\nkind: [\n", async (path) => {
    const { code, stderr, lines } = await kro("apply", "-f", path);
    assert.equal(code, 2);
    assert.equal(lines, 1);
    assert.match(stderr, new RegExp(`^error: ${path}:\\d+:\\d+: `));
  });
});

Deno.test("a kubeconfig without a reachable cluster is reported in one line and exits with 2", async () => {
  const config = (server: string) =>
    `apiVersion: v1\nkind: Config\ncurrent-context: c\n` +
    `contexts: [{name: c, context: {cluster: k, user: u}}]\n` +
    `clusters: [{name: k, cluster: {server: "${server}"}}]\nusers: [{name: u, user: {}}]\n`;
  const cases: [string, RegExp][] = [
    [config("http://127.0.0.1:1"), /127\.0\.0\.1:1/],
    ["apiVersion: v1\nkind: Config\nclusters: {\n", /:\d+:\d+/],
    ["apiVersion: v1\nkind: Config\ncurrent-context: gone\n", /gone/],
  ];
  for (const [text, message] of cases) {
    await withFile(text, async (path) => {
      const { code, stderr, stdout } = await kro("apply", "-f", example, "--kubeconfig", path);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, message);
      assert.equal(stderr.split("\n").length, 1, stderr);
    });
  }
  const missing = await kro("apply", "-f", example, "--kubeconfig", "/no/such/config");
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /\/no\/such\/config/);
});

Deno.test("render prints the generated CRD and the objects of the example, in dependency order", async () => {
  const { code, stdout, stderr } = await kro("render", "-f", example, "-n", "kro");
  assert.equal(code, 0, stderr);
  // deno-lint-ignore no-explicit-any
  const documents = parseYaml(stdout, "render") as any[];
  assert.deepEqual(documents.map((d) => [d.kind, d.metadata.name]), [
    ["CustomResourceDefinition", "httpbinapps.duffy.xyz"],
    ["ServiceAccount", "httpbin"],
    ["Deployment", "httpbin"],
    ["Service", "httpbin"],
  ]);
  const [crd, , deployment, service] = documents;
  const version = crd.spec.versions[0];
  const status = version.schema.openAPIV3Schema.properties.status.properties;
  assert.equal(status.availableReplicas.type, "integer");
  assert.equal(status.deploymentConditions.items.properties.reason.type, "string");
  assert.equal(deployment.metadata.namespace, "kro");
  assert.equal(deployment.spec.replicas, 2);
  assert.equal(deployment.spec.template.spec.serviceAccountName, "httpbin");
  assert.deepEqual(service.spec.selector, { app: "httpbin", version: "v1" });
  assert.equal(service.metadata.labels["kro.run/node-id"], "service");
});

Deno.test("render reports all problems of an RGD, with node, path and expression", async () => {
  const rgd = await Deno.readTextFile(`${example}/rgd.yaml`);
  const wrong = rgd
    .replace("replicas: ${schema.spec.replicas}", "replicas: ${schema.spec.image}")
    .replace("${serviceAccount.metadata.name}", "${serviceAccont.metadata.name}");
  await withFile(wrong, async (path) => {
    const { code, stdout, stderr } = await kro("render", "-f", path);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      /httpbin: node "deployment": template\.spec\.replicas: \$\{schema\.spec\.image\}.*int/,
    );
    assert.match(stderr, /serviceAccont.*serviceAccount/);
    const { stdout: validated } = await kro("validate", "--offline", "-f", path);
    assert.match(validated, new RegExp(`^${path}:\\d+:\\d+: httpbin: `));
    assert.equal(stderr + "\n", validated, "render prints problems as validate does");
  });
});
