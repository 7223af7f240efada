/**
 * Tests of `kro validate` with the schemas of a real cluster: RGDs may use the kinds of the cluster's CRDs,
 * and RGDs with unknown kinds are invalid.
 */
import assert from "node:assert/strict";
import { installOwnCrds, sharedControlPlane, testNamespace } from "../../support/cluster/mod.ts";
import { runCommand } from "../../support/command.ts";

Deno.test("validate reads the cluster's kinds, changes nothing, and reports when it cannot reach the cluster", async () => {
  const controlPlane = await sharedControlPlane();
  await using space = await testNamespace("validate");
  const group = `${space.name}.example.dev`;
  const dir = await Deno.makeTempDir();
  const validate = (file: string, ...args: string[]) =>
    runCommand(["validate", "-f", `${dir}/${file}`, ...args]);
  const rgd = (kind: string, size: string) =>
    `apiVersion: kro.run/v1alpha1\nkind: ResourceGraphDefinition\nmetadata: {name: ${space.name}}\n` +
    `spec:\n  schema:\n    kind: Shop\n    apiVersion: v1alpha1\n    spec: {size: ${size} | required=true}\n` +
    `  resources:\n    - id: bucket\n      template:\n        apiVersion: ${group}/v1\n` +
    `        kind: ${kind}\n        metadata: {name: x}\n        spec: {size: "\${schema.spec.size}"}\n`;
  const schema = {
    type: "object",
    properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
  };
  const crd = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `buckets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind: "Bucket", plural: "buckets" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
  try {
    await Deno.writeTextFile(`${dir}/crd.json`, JSON.stringify(crd));
    await Deno.writeTextFile(`${dir}/good.yaml`, rgd("Bucket", "integer"));
    await Deno.writeTextFile(`${dir}/bad.yaml`, rgd("Bucket", "string"));
    await Deno.writeTextFile(`${dir}/unknown.yaml`, rgd("Bukket", "integer"));
    const cluster = ["--kubeconfig", controlPlane.kubeconfigFor("kro")];
    assert.equal((await validate("good.yaml", ...cluster)).code, 1, "the CRD is not installed yet");

    for (
      const args of [["apply", "-f", `${dir}/crd.json`], [
        "wait",
        "--for=condition=Established",
        `crd/buckets.${group}`,
      ]]
    ) {
      assert.equal((await controlPlane.kubectl(args)).code, 0);
    }
    const good = await validate("good.yaml", ...cluster);
    assert.deepEqual([good.code, good.stdout], [0, ""], good.stderr);
    const bad = await validate("bad.yaml", ...cluster);
    assert.equal(bad.code, 1);
    assert.match(bad.stdout, /bad\.yaml:15:23: .* yields string, but the field takes int/);
    const unknown = await validate("unknown.yaml", ...cluster);
    assert.equal(
      unknown.code,
      1,
      "a kind that the cluster does not serve is rejected, not skipped",
    );
    assert.match(unknown.stdout, /kind "Bukket" is not served/);
    assert.equal((await validate("good.yaml", "--offline")).code, 2);
    const { stdout } = await controlPlane.kubectl(["get", "crd", "-o", "name"]);
    assert.doesNotMatch(stdout, /shops\.kro\.run/, "validate installs no CRD");

    const broken = `${dir}/kubeconfig`;
    const config = await Deno.readTextFile(controlPlane.kubeconfigFor("kro"));
    await Deno.writeTextFile(
      broken,
      config.replace(/server: \S+/g, "server: https://127.0.0.1:1"),
    );
    const unreachable = await validate("good.yaml", "--kubeconfig", broken);
    assert.equal(unreachable.code, 2);
    assert.match(unreachable.stderr, /127\.0\.0\.1:1.*; --offline checks without a cluster/);
  } finally {
    await controlPlane.kubectl(["delete", "crd", `buckets.${group}`, "--ignore-not-found"]);
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("validate reports breaking changes of the live CRD, which an annotation of the file allows", async () => {
  const controlPlane = await sharedControlPlane();
  await installOwnCrds(controlPlane.kubeconfig);
  await using space = await testNamespace("validate");
  const group = `${space.name}.example.dev`;
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  const rgd = (spec: string, metadata = "") =>
    `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: ${space.name}${metadata}}
spec:
  schema:
    group: ${group}
    apiVersion: v1alpha1
    kind: Changed
    spec: ${spec}
`;
  const kro = async (command: string, text: string, ...flags: string[]) => {
    await Deno.writeTextFile(file, text);
    const { code, stdout, stderr } = await runCommand([
      ...[command, "-f", file, "--kubeconfig", controlPlane.kubeconfigFor("kro")],
      ...command === "validate" ? [] : ["--force-local"],
      ...flags,
    ]);
    return { code, stdout: stdout.replaceAll(file, "rgd.yaml"), stderr };
  };
  const before = rgd('{values: "string", gone: "string"}');
  const after = '{values: "object", added: "boolean | default=true"}';
  const crd = `changeds.${group}`;
  const instance = `---
apiVersion: ${group}/v1alpha1
kind: Changed
metadata: {name: one, namespace: ${space.name}}
spec: {values: text}
`;
  try {
    assert.equal((await kro("validate", before)).code, 0, "the cluster has no CRD yet");
    const applied = await kro("apply", before + instance);
    assert.equal(applied.code, 0, applied.stderr);
    assert.deepEqual((await kro("validate", before)).stdout, "");

    const hint =
      "annotate the ResourceGraphDefinition with kro.run/allow-breaking-changes=true to allow it";
    const lines = (word: string, end: string) =>
      `rgd.yaml:9:5: ${space.name}: ${word}schema.spec.gone: breaking change of CRD ${crd}: ` +
      `Property gone was removed; would invalidate 0 of 1 live instances${end}\n` +
      `rgd.yaml:9:12: ${space.name}: ${word}schema.spec.values: breaking change of CRD ${crd}: ` +
      `Type changed from string to object; would invalidate 1 of 1 live instances${end}\n`;
    const refused = await kro("validate", rgd(after));
    assert.equal(refused.stdout, lines("", `; ${hint} [CRD]`));
    assert.equal(refused.code, 1);
    assert.equal(refused.stderr, "1 ResourceGraphDefinition: 0 valid, 1 rejected");

    const verbose = await kro("validate", rgd(after), "--verbose");
    const invalid = `invalid: Changed ${space.name}/one: spec.values: "text" is not of type object`;
    assert.equal(verbose.stderr.split("\n")[0], invalid);

    const annotations = ', annotations: {kro.run/allow-breaking-changes: "true"}';
    const allowed = await kro("validate", rgd(after, annotations));
    assert.equal(allowed.stdout, lines("warning: ", " [BREAKING]"));
    assert.equal(allowed.code, 0);

    const moved = before.replace("kind: Changed", "kind: Moved\n    scope: Cluster")
      .replace("apiVersion: v1alpha1\n    kind", "apiVersion: v1beta1\n    kind");
    const fixed = await kro("validate", moved.replace("{name:", "{annotations: {}, name:"));
    assert.equal(fixed.code, 1);
    const advice =
      "; write a new ResourceGraphDefinition with another name and kind, or first delete the old " +
      "one and its CustomResourceDefinition [CRD]";
    assert.deepEqual(
      fixed.stdout.trimEnd().split("\n").map((line) => line.replace(/^[^ ]* /, "")),
      [
        `${space.name}: schema.apiVersion: cannot be changed from v1alpha1 to v1beta1${advice}`,
        `${space.name}: schema.kind: cannot be changed from Changed to Moved${advice}`,
        `${space.name}: schema.scope: cannot be changed from Namespaced to Cluster${advice}`,
      ],
    );

    const other = await kro("validate", before.replace(`name: ${space.name}`, "name: other"));
    assert.equal(other.code, 1);
    assert.match(other.stdout, /CRD is owned by another ResourceGraphDefinition .* \[CRD\]/);
  } finally {
    await kro("delete", before + instance);
    await controlPlane.kubectl(["delete", "crd", crd, "--ignore-not-found"]);
    await Deno.remove(file);
  }
});
