/**
 * Tests that manifests are read as kubectl reads them, and that errors in them are reported with
 * their positions.
 */
import assert from "node:assert/strict";
import {
  parseManifests,
  parseYaml,
  readManifests,
  toYaml,
  undefinedKindHint,
} from "../../../src/cli/mod.ts";

Deno.test("YAML is read with kubectl's booleans, octals and merge keys", () => {
  const text =
    "on: yes\nmode: 0644\noctal: 0o17\nminus: -0o7\ntime: 12:30\nday: 2026-01-01\nbase: &b {x: 1}\nuse: {<<: *b}\n";
  assert.deepEqual(parseYaml(text, "f"), [{
    true: true,
    mode: 420,
    octal: 15,
    minus: -7,
    time: "12:30",
    day: "2026-01-01",
    base: { x: 1 },
    use: { x: 1 },
  }]);
});

Deno.test("toYaml quotes strings that kubectl would read as another type", () => {
  const value = { a: "on", b: "0644", o: "0o17", c: "1", d: "null", e: "x: y" };
  assert.deepEqual(parseYaml(toYaml(value), "f"), [value]);
});

Deno.test("invalid YAML and incomplete objects are reported with their position", () => {
  const cases: [string, RegExp][] = [
    ["a: 1\n---\nb: [1,\nc: }\n", /^f\.yaml:4:1: /],
    ["a: 1\na: 2\n", /^f\.yaml:2:1: duplicated mapping key$/],
    ["- 1\n", /^f\.yaml: document 1: expected a Kubernetes object$/],
    ["kind: X\n", /document 1: apiVersion is missing/],
    ["apiVersion: v1\nkind: 5\n", /document 1: kind is missing or not a string/],
    ["apiVersion: v1\nkind: X\nmetadata: {}\n", /X: metadata\.name is missing/],
    ["apiVersion: v1\nkind: List\nitems: [{apiVersion: v1}]\n", /items\[0\]: kind is missing/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => parseManifests(text, "f.yaml"), { name: "UsageError", message }, text);
  }
});

Deno.test("the objects of a file share its positions, so that the file is parsed once", () => {
  const object = (name: string) => `apiVersion: v1\nkind: X\nmetadata: {name: ${name}}\n`;
  const manifests = parseManifests(`${object("a")}---\n${object("b")}`, "f.yaml");
  assert.equal(new Set(manifests.map(({ positions }) => positions)).size, 1);
  const places = manifests.map(({ positions, document }) => positions.locate(document, [], "kind"));
  assert.deepEqual(places, [{ line: 2, column: 1 }, { line: 6, column: 1 }]);
});

Deno.test("the objects of documents, lists and folders are read in order", async () => {
  const object = (name: string) => `apiVersion: v1\nkind: X\nmetadata: {name: ${name}}\n`;
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/b.yml`, `${object("b1")}---\n---\n${object("b2")}`);
    await Deno.writeTextFile(
      `${dir}/a.json`,
      `{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"X","metadata":{"name":"a"}}]}`,
    );
    await Deno.writeTextFile(`${dir}/notes.txt`, "{");
    const names = (await readManifests([dir])).map((m) => m.object.metadata.name);
    assert.deepEqual(names, ["a", "b1", "b2"]);
    await assert.rejects(readManifests([`${dir}/none`]), /none" does not exist/);
    await Deno.mkdir(`${dir}/empty`);
    await assert.rejects(readManifests([`${dir}/empty`]), /no objects found/);
    await Deno.writeFile(`${dir}/bad.yaml`, new Uint8Array([0xff, 0xfe]));
    await assert.rejects(
      readManifests([`${dir}/bad.yaml`]),
      /cannot read .*bad\.yaml: it is not UTF-8/,
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a kind that no RGD defines is a misspelled kind, or needs its RGD", () => {
  const schema = { apiVersion: "v1alpha1", kind: "WebShop" };
  const rgds = [{
    apiVersion: "kro.run/v1alpha1",
    metadata: { name: "a" },
    spec: { schema },
  }] as unknown as Parameters<typeof undefinedKindHint>[1];
  const graph = "ResourceGraphDefinition";
  assert.equal(undefinedKindHint("ResourceGraphDefintion", []), `did you mean "${graph}"?`);
  assert.equal(undefinedKindHint("WebShp", rgds), 'did you mean "WebShop"?');
  assert.match(
    undefinedKindHint("WebShp", []),
    /^add the ResourceGraphDefinition that defines it; kubectl applies objects of other kinds$/,
  );
});
