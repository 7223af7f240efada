/**
 * Tests of `kro render`: expressions can read the objects of `--observed`, comments name the nodes of the
 * objects, and the exit code is 1 if a node is not rendered.
 */
import assert from "node:assert/strict";
import { parseYaml } from "../../../src/cli/mod.ts";
import { runCommand } from "../../support/command.ts";

const RGD = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: shop}
spec:
  schema: {apiVersion: v1alpha1, kind: Shop, spec: {full: boolean | default=true}}
  resources:
    - id: settings
      externalRef: {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}
    - id: teams
      externalRef:
        apiVersion: v1
        kind: ConfigMap
        metadata: {namespace: other, selector: {matchLabels: {team: "yes"}}}
    - id: web
      readyWhen: ["\${web.status.readyReplicas > 0}"]
      template:
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: a}}
          template:
            metadata: {labels: {app: a}}
            spec: {containers: [{name: a, image: "\${settings.data.image}"}]}
    - id: after
      includeWhen: ["\${schema.spec.full}"]
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: after}
        data: {teams: "\${string(size(teams))}", ready: "\${string(web.status.readyReplicas)}"}
`;
const INSTANCE = "apiVersion: kro.run/v1alpha1\nkind: Shop\nmetadata: {name: a}\n";
const SETTINGS = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, resourceVersion: "7", managedFields: []}
data: {image: nginx}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: one, namespace: other, labels: {team: "yes"}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two, labels: {team: "yes"}}
`;
const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default, uid: u}
spec: {replicas: 1, revisionHistoryLimit: 10}
status: {readyReplicas: 3}
`;

/** Runs `kro render` on these files, with `--observed` and `-i` if `observed` and `instance` are given. */
async function render(files: string[], observed?: string, instance?: string) {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/files.yaml`, files.join("---\n"));
    if (observed) await Deno.writeTextFile(`${dir}/observed.yaml`, observed);
    if (instance) await Deno.writeTextFile(`${dir}/instance.yaml`, instance);
    const { code, stdout, stderr } = await runCommand([
      ...["render", "-f", `${dir}/files.yaml`],
      ...observed ? ["--observed", `${dir}/observed.yaml`] : [],
      ...instance ? ["-i", `${dir}/instance.yaml`] : [],
    ]);
    // deno-lint-ignore no-explicit-any -- objects of any kind
    const objects = (parseYaml(stdout, "stdout") as any[]).slice(1);
    return { code, objects, stdout, stderr };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const namesOf = (objects: { kind: string; metadata: { name: string } }[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

Deno.test("a node that is not rendered is reported, and the exit code is 1", async () => {
  const { code, objects, stderr } = await render([RGD, INSTANCE]);
  assert.equal(code, 1);
  assert.deepEqual(objects, []);
  assert.match(stderr, /^node "settings" is not rendered: Waiting: .*not found/m);
  assert.match(stderr, /^node "web" is not rendered: Pending/m);
});

Deno.test("nodes read the observed objects, which are not printed", async () => {
  const { code, objects, stderr } = await render([RGD, INSTANCE], `${SETTINGS}---\n${WEB}`);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(namesOf(objects), ["Deployment web", "ConfigMap after"]);
  const [web, after] = objects;
  assert.equal(web.spec.template.spec.containers[0].image, "nginx");
  assert.equal(web.spec.revisionHistoryLimit, undefined);
  assert.equal(web.status, undefined);
  assert.deepEqual(after.data, { teams: "1", ready: "3" });
});

Deno.test("an excluded node does not fail the command", async () => {
  const instance = `${INSTANCE}spec: {full: false}\n`;
  const { code, objects, stderr } = await render([RGD, instance], SETTINGS);
  assert.equal(code, 0);
  assert.equal(
    stderr,
    'node "after" is not rendered: Skipped: includeWhen excludes it, or a node that it reads',
  );
  assert.deepEqual(namesOf(objects), ["Deployment web"]);
});

Deno.test("a comment above each object names its node", async () => {
  const { stdout } = await render([RGD, INSTANCE], `${SETTINGS}---\n${WEB}`);
  assert.deepEqual(
    [...stdout.matchAll(/^---\n(# .*)\napiVersion: .*\nkind: (.*)$/gm)].map(([, ...found]) =>
      found
    ),
    [["# node: web", "Deployment"], ["# node: after", "ConfigMap"]],
  );
});

Deno.test("-i names the files of the instances, in place of those among the files of -f", async () => {
  const other = INSTANCE.replace("name: a", "name: b");
  const { code, objects } = await render([RGD, INSTANCE], `${SETTINGS}---\n${WEB}`, other);
  assert.equal(code, 0);
  const names = objects.map(({ metadata }) => metadata.labels["kro.run/instance-name"]);
  assert.deepEqual(names, ["b", "b"]);
});

Deno.test("an instance that no graph serves is reported, and the exit code is 1", async () => {
  const { code, stderr } = await render([RGD, INSTANCE.replace("Shop", "Other")], SETTINGS);
  assert.equal(code, 1);
  assert.equal(stderr, "Other a: no graph of these files serves it");
});
