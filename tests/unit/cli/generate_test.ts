/**
 * Tests of `kro generate` and `kro graph` on files. The expected output is in the folder `golden`;
 * `deno test -A tests/unit/cli/generate_test.ts -- --update` writes it anew.
 */
import assert from "node:assert/strict";
import { parseYaml } from "../../../src/cli/mod.ts";
import { rgdSchema, SCHEMA_FILE } from "../../../deploy/tasks/schemas.ts";
import { runCommand } from "../../support/command.ts";
import { read } from "../../support/documents.ts";

const GOLDEN = new URL("golden/", import.meta.url).pathname;
const SHOP = `${GOLDEN}shop.yaml`;

const OUTPUTS: Record<string, string[]> = {
  "shop.mmd": ["graph"],
  "shop.dot": ["graph", "-o", "dot"],
  "shop.svg": ["graph", "-o", "svg"],
  "shop.crd.yaml": ["generate", "crd"],
  "shop.schema.json": ["generate", "jsonschema"],
  "shop.instance.yaml": ["generate", "instance"],
  "shop.md": ["generate", "docs"],
};

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand([...args, "-f", SHOP]);
  assert.equal(code, 0, stderr);
  return stdout;
}

for (const [file, args] of Object.entries(OUTPUTS)) {
  Deno.test(`kro ${args.join(" ")} prints golden/${file}`, async () => {
    const text = await run(...args);
    if (Deno.args.includes("--update")) await Deno.writeTextFile(`${GOLDEN}${file}`, text);
    assert.equal(text, await Deno.readTextFile(`${GOLDEN}${file}`));
  });
}

/** Returns the YAML without the comment sign `#` before each commented-out field. */
function withAllFields(yaml: string): string {
  return yaml.replace(/^( *)# (?=[ \w]+:( |$)| *-$| +#)/gm, "$1");
}

Deno.test("the sample instance has the required fields and the defaults, and its comments are fields", async () => {
  const text = await run("generate", "instance");
  // deno-lint-ignore no-explicit-any -- fields of the sample are read freely
  const [sample] = parseYaml(text, "sample") as any[];
  assert.deepEqual(sample.spec, {
    name: "",
    size: "small",
    replicas: 2,
    ingress: { enabled: false },
  });
  // deno-lint-ignore no-explicit-any -- fields of the sample are read freely
  const [whole] = parseYaml(withAllFields(text), "sample with all fields") as any[];
  assert.deepEqual(whole.spec.ports, [{ name: "", number: 80 }]);
  assert.deepEqual(whole.spec.labels, { KEY: "" });
  assert.deepEqual(whole.spec.extra, { note: "" });
});

Deno.test("the SVG is well-formed, and contains each node and edge", async () => {
  const text = await run("graph", "-o", "svg");
  const open = [...text.matchAll(/<([a-z]+)(?: [^>]*[^/])?>/g)].map(([, name]) => name);
  const closed = [...text.matchAll(/<\/([a-z]+)>/g)].map(([, name]) => name);
  assert.deepEqual(open.sort(), closed.sort());
  assert.equal(text.match(/class="edge"/g)?.length, 5);
  assert.equal(text.match(/<g class=/g)?.length, 5);
  assert.doesNotMatch(text, /<script|NaN|undefined/);
});

Deno.test("kro graph draws one RGD; for several, the error lists their names", async () => {
  const dir = await Deno.makeTempDir();
  const text = await Deno.readTextFile(SHOP);
  await Deno.writeTextFile(`${dir}/a.yaml`, text);
  await Deno.writeTextFile(
    `${dir}/b.yaml`,
    text.replaceAll("Shop", "Mall").replace("shop", "mall"),
  );
  try {
    for (const args of [["graph"], ["generate", "jsonschema"]]) {
      const { code, stderr, stdout } = await runCommand([...args, "-f", dir]);
      assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
      assert.match(stderr, /one RGD: name one of mall, shop$/);
      assert.equal((await runCommand([...args, "mall", "-f", dir])).code, 0);
    }
    const both = await runCommand(["generate", "crd", "-f", dir]);
    assert.equal(parseYaml(both.stdout, "crds").length, 2);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("an empty graph is drawn without nodes", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  const head =
    "apiVersion: kro.run/v1alpha1\nkind: ResourceGraphDefinition\nmetadata: {name: none}\n";
  await Deno.writeTextFile(file, `${head}spec: {schema: {kind: None, apiVersion: v1}}\n`);
  try {
    const draw = async (format: string) =>
      (await runCommand(["graph", "-f", file, "-o", format])).stdout;
    assert.equal(await draw("mermaid"), "flowchart LR\n");
    assert.match(await draw("svg"), /<svg [^>]*viewBox="0 0 24 24"/);
    const { stdout } = await runCommand(["generate", "docs", "-f", file]);
    assert.match(stdout, /## Spec\n\nNone\./);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test(`${SCHEMA_FILE} is current, and refuses unknown fields of an RGD`, () => {
  assert.equal(read(SCHEMA_FILE), rgdSchema(), "run deno task schemas");
  const { properties } = JSON.parse(rgdSchema());
  assert.equal(properties.spec.additionalProperties, false);
  assert.equal(properties.spec.properties.resources.items.additionalProperties, false);
  const { template } = properties.spec.properties.resources.items.properties;
  assert.equal(template.additionalProperties, undefined);
});
