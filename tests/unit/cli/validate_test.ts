/** `kro validate`: what it finds, where, in which words and with which exit code. */
import assert from "node:assert/strict";
import { main } from "../../../src/cli/mod.ts";

/** Writes the files to a folder, runs `kro validate --offline` there, and cuts the folder from texts. */
async function validate(files: Record<string, string>, ...args: string[]) {
  const dir = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(`${dir}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${dir}/${name}`, text);
    }
    let stdout = "";
    const stderr: string[] = [];
    const code = await main(
      ["validate", "-f", dir, ...args.map((arg) => arg.replace("DIR", dir))],
      { out: (text) => stdout += text, err: (line) => stderr.push(line), colour: false },
    );
    const cut = (text: string) => text.replaceAll(`${dir}/`, "");
    return { code, stdout: cut(stdout), stderr: cut(stderr.join("\n")) };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** An RGD that makes `kind` and holds objects of `uses`. */
function rgd(kind: string, uses: string[], apiVersion = "kro.run/v1alpha1"): string {
  const resources = uses.map((used) =>
    `    - id: ${used.toLowerCase()}\n      template:\n        apiVersion: ${apiVersion}\n` +
    `        kind: ${used}\n        metadata: {name: x}\n        spec: {name: "\${schema.spec.name}"}\n`
  ).join("");
  return `apiVersion: kro.run/v1alpha1\nkind: ResourceGraphDefinition\nmetadata: {name: ${kind.toLowerCase()}}\n` +
    `spec:\n  schema:\n    kind: ${kind}\n    apiVersion: v1alpha1\n    spec: {name: string}\n` +
    (resources ? `  resources:\n${resources}` : "");
}

const BUCKET_CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: buckets.acme.io}
spec:
  group: acme.io
  scope: Namespaced
  names: {kind: Bucket, plural: buckets}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, properties: {name: {type: string}}}
`;

Deno.test("RGDs see each other's kinds in any order, five deep", async () => {
  const kinds = ["A", "B", "C", "D", "E", "F"];
  const files = Object.fromEntries(
    kinds.map((kind, i) => [`${i}.yaml`, rgd(kind, kinds.slice(i + 1, i + 2))]),
  );
  assert.deepEqual(await validate(files, "--offline"), {
    code: 0,
    stdout: "",
    stderr: "6 ResourceGraphDefinitions: 6 valid",
  });
});

Deno.test("the kinds that RGDs make have types", async () => {
  const wrong = rgd("A", ["B"]).replace("{name: string}", "{name: integer}");
  const { code, stdout } = await validate({ "a.yaml": wrong, "b.yaml": rgd("B", []) }, "--offline");
  assert.equal(code, 1);
  assert.equal(
    stdout,
    'a.yaml:15:23: a: node "b": template.spec.name: ${schema.spec.name}: ' +
      "yields int, but the field takes string; convert with string(..) [TYPE]\n",
  );
});

Deno.test("RGDs that need each other, or one with problems, or make one kind twice, are told so", async () => {
  const files = {
    "a.yaml": rgd("A", ["B"]),
    "b.yaml": rgd("B", ["A"]),
    "c.yaml": rgd("C", ["D"]),
    "d.yaml": rgd("D", []).replace("name: string", "name: strng"),
    "e.yaml": rgd("E", []),
    "f.yaml": rgd("E", []).replace("{name: e}", "{name: f}"),
  };
  const { code, stdout, stderr } = await validate(files, "--offline");
  assert.equal(code, 1);
  assert.equal(
    stdout,
    'a.yaml:11:7: a: node "b": template: the RGD "b" makes B, but needs the kind of this one: ' +
      "a -> b -> a; neither can come first [KIND]\n" +
      'b.yaml:11:7: b: node "a": template: the RGD "a" makes A, but needs the kind of this one: ' +
      "a -> b -> a; neither can come first [KIND]\n" +
      'c.yaml:11:7: c: node "d": template: the RGD "d" makes D, but has problems itself [KIND]\n' +
      'd.yaml:8:18: d: schema.spec.name: strng: unknown type: strng; did you mean "string"? [SCHEMA]\n' +
      'f.yaml:6:5: f: schema.kind: the RGD "e" makes this kind already [NAMING]\n',
  );
  assert.equal(stderr, "6 ResourceGraphDefinitions: 1 valid, 5 rejected");
});

Deno.test("a kind that only a cluster can know is code 2 and says how to supply it; --crd does", async () => {
  const files = { "rgd.yaml": rgd("A", ["Bucket"], "acme.io/v1") };
  const without = await validate(files, "--offline");
  assert.equal(without.code, 2);
  assert.equal(
    without.stdout,
    'rgd.yaml:11:7: a: node "bucket": template: Bucket of acme.io/v1 is not known without a cluster; ' +
      "supply its CustomResourceDefinition with --crd FILE, or check against a cluster [KIND]\n",
  );
  assert.equal(without.stderr, "1 ResourceGraphDefinition: 0 valid, 1 could not be checked");
  const among = await validate({ ...files, "crd.yaml": BUCKET_CRD }, "--offline");
  assert.equal(among.code, 0, among.stdout);
  const given = { ...files, "crds/bucket.yaml": BUCKET_CRD };
  assert.equal((await validate(given, "--offline", "--crd", "DIR/crds")).code, 0);
  const builtIn = await validate({ "a.yaml": rgd("A", ["Deploymnt"], "apps/v1") }, "--offline");
  assert.equal(builtIn.code, 1, "built-in groups are known as a whole");
  assert.match(builtIn.stdout, /did you mean "Deployment"\?/);
});

Deno.test("without a kubeconfig the built-in kinds are used, and stderr says so", async () => {
  const before = { HOME: Deno.env.get("HOME"), KUBECONFIG: Deno.env.get("KUBECONFIG") };
  try {
    Deno.env.set("HOME", "/no/such/home");
    Deno.env.delete("KUBECONFIG");
    const { code, stderr } = await validate({ "a.yaml": rgd("A", []) });
    assert.equal(code, 0);
    assert.match(stderr, /^no kubeconfig: checked against the kinds of Kubernetes v1\.\d+\.\d+\n/);
    const named = await validate({ "a.yaml": rgd("A", []) }, "--context", "production");
    assert.equal(named.code, 2, "who names a context wants that cluster");
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value !== undefined) Deno.env.set(name, value);
    }
  }
});

Deno.test("-o json gives every part of a problem, -o github an annotation with nothing unescaped", async () => {
  const list = `apiVersion: v1\nkind: List\nitems:\n- ` +
    rgd("A", ["B"]).replace("${schema.spec.name}", "a: 50%,\\n${schema.spec.nam}")
      .replaceAll("\n", "\n  ").trimEnd() +
    "\n";
  const files = { "list.yaml": list, "b.yaml": rgd("B", []) };
  const json = await validate(files, "--offline", "-o", "json");
  assert.equal(json.code, 1);
  const { costs, ...said } = JSON.parse(json.stdout);
  assert.deepEqual(costs.map(({ file, name }: { file: string; name: string }) => [file, name]), [
    ["b.yaml", "b"],
  ]);
  assert.deepEqual(said, {
    valid: false,
    warnings: [],
    problems: [{
      file: "list.yaml",
      line: 18,
      column: 47,
      name: "a",
      code: "TYPE",
      node: "b",
      path: "template.spec.name",
      expression: "a: 50%,\n${schema.spec.nam}",
      offset: 21,
      message: 'unknown field "nam" of schema.spec',
      hint: 'did you mean "name"?',
    }],
  });
  const { stdout } = await validate(files, "--offline", "-o", "github");
  assert.equal(
    stdout,
    "::error file=list.yaml,line=18,col=47,title=a%3A TYPE::" +
      'node "b": template.spec.name: a: 50%25, ${schema.spec.nam}: unknown field "nam" of schema.spec ' +
      '(at offset 21); did you mean "name"? [TYPE]\n',
  );
  const valid = await validate({ "b.yaml": rgd("B", []) }, "--offline", "-o", "json");
  assert.deepEqual(JSON.parse(valid.stdout), {
    valid: true,
    problems: [],
    warnings: [],
    costs: [{ file: "b.yaml", name: "b", expressions: [], pass: { min: 0, max: 0 } }],
  });
});

Deno.test("an expression that may cost more than its budget is a warning, and the RGD is valid", async () => {
  const loops = "${string(schema.spec.l.all(a, schema.spec.l.all(b, a == b)))}";
  const dear = rgd("A", ["B"]).replace(
    "spec: {name: string}",
    'spec: {l: "[]string | maxItems=200"}',
  )
    .replace("${schema.spec.name}", loops);
  const files = { "a.yaml": dear, "b.yaml": rgd("B", []) };
  const { code, stdout } = await validate(files, "--offline");
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^a\.yaml:15:23: a: warning: node "b": template\.spec\.name: .* it may cost [\d,]+, but the budget of an evaluation is 10,000,000; bound .* \[COST\]\n$/,
  );
  const annotated = await validate(files, "--offline", "-o", "github");
  assert.match(annotated.stdout, /^::warning file=a\.yaml,line=15,/);
  const { valid, problems, warnings, costs } = JSON.parse(
    (await validate(files, "--offline", "-o", "json")).stdout,
  );
  assert.deepEqual([valid, problems, warnings.length], [true, [], 1]);
  const [expression] = costs[0].expressions;
  assert.deepEqual([expression.path, expression.expression], ["template.spec.name", loops]);
  assert.ok(expression.cost.max > 10_000_000 && costs[0].pass.max === expression.cost.max);
  const granted = ["--cel-expression-budget", "900000000"];
  assert.equal((await validate(files, "--offline", ...granted)).stdout, "");
});
