/** Tests of the list of packages that a release contains: its content, and the rules of SPDX 2.3. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { listed } from "../../../deploy/tasks/dependencies.ts";
import { readLock } from "../../../deploy/tasks/packages.ts";
import { documentOf } from "../../../deploy/tasks/sbom.ts";

const all = listed();

const root = new URL("../../..", import.meta.url).pathname;

/** The packages that publish minified code. The source map of a bundle does not list this code. */
const MINIFIED: readonly string[] = ["@dagrejs/dagre"];

/**
 * Returns `NAME@VERSION` of each package whose code is in the minified bundle, except the packages in
 * {@link MINIFIED}. The source map of a bundle lists only the files that contribute code.
 */
async function contributing(): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  const out = `${folder}/kro.js`;
  const args = ["bundle", "--quiet", "--minify", "--platform", "deno", "--sourcemap", "external"];
  await new Deno.Command(Deno.execPath(), { args: [...args, "-o", out, "main.ts"], cwd: root })
    .output();
  const { sources } = JSON.parse(await Deno.readTextFile(`${out}.map`)) as { sources: string[] };
  await Deno.remove(folder, { recursive: true });
  const names = sources.filter((path) => path.includes("/npm/")).map((path) => {
    const parts = path.split("/npm/")[1]!.split("/").slice(1);
    const name = parts[0]!.startsWith("@") ? parts.splice(0, 2).join("/") : parts.shift()!;
    return `${name}@${parts[0]}`;
  });
  return [...new Set(names)].sort();
}

Deno.test("the SBOM names the packages whose code is in the bundle, with the hashes of deno.lock", async () => {
  const packages = await all;
  const document = await documentOf(packages, "v1.2.3", new Date(0));
  const [own, ...others] = document.packages;
  assert.deepEqual([own!.name, own!.versionInfo], ["kro", "v1.2.3"]);
  const names = others.map(({ name, versionInfo }) => `${name}@${versionInfo}`);
  const mapped = others.filter(({ name }) => !MINIFIED.includes(name));
  assert.deepEqual(
    mapped.map(({ name, versionInfo }) => `${name}@${versionInfo}`).sort(),
    await contributing(),
  );
  assert.equal(names.length - mapped.length, MINIFIED.length);
  assert.ok(names.length > 5 && names.length < packages.length / 2, `${names.length}`);
  const { npm } = await readLock();
  for (const { name, versionInfo, checksums, licenseDeclared } of others) {
    const key = Object.keys(npm).find((key) => key.split("_")[0] === `${name}@${versionInfo}`)!;
    const hash = Buffer.from(checksums![0]!.checksumValue, "hex").toString("base64");
    assert.equal(`sha512-${hash}`, npm[key]!.integrity, name);
    assert.notEqual(licenseDeclared, "NOASSERTION", name);
  }
});

Deno.test("the SBOM follows the rules of SPDX 2.3 for identifiers, relationships and times", async () => {
  const packages = await all;
  const document = await documentOf(packages, "devel", new Date(0));
  assert.equal(document.creationInfo.created, "1970-01-01T00:00:00Z");
  const ids = ["SPDXRef-DOCUMENT", ...document.packages.map(({ SPDXID }) => SPDXID)];
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^SPDXRef-[A-Za-z0-9.-]+$/);
  const related = document.relationships.flatMap((each) => [
    each.spdxElementId,
    each.relatedSpdxElement,
  ]);
  assert.deepEqual(related.filter((id) => !ids.includes(id)), []);
  // The SPDX document must have exactly one DESCRIBES relationship, which names kro. Every package must occur
  // in at least one relationship.
  const described = document.relationships.filter(({ relationshipType }) =>
    relationshipType === "DESCRIBES"
  );
  assert.deepEqual(described.map(({ relatedSpdxElement }) => relatedSpdxElement), ["SPDXRef-kro"]);
  assert.deepEqual(ids.filter((id) => !related.includes(id as typeof related[number])), []);
  for (const { externalRefs = [] } of document.packages) {
    for (const { referenceLocator } of externalRefs) {
      assert.match(referenceLocator, /^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d[\w.-]*$/);
    }
  }
  const other = await documentOf(packages, "v1.0.0", new Date(0));
  assert.notEqual(other.documentNamespace, document.documentNamespace);
});
