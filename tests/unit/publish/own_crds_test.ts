import assert from "node:assert/strict";
import { load } from "js-yaml";
import { ownCrds } from "../../../src/publish/own_crds.ts";

const folder = new URL("../../../deploy/crds/", import.meta.url);

Deno.test("the CRDs in the binary are those of deploy/crds (else run deploy/crds/embed.ts)", () => {
  const files = [...Deno.readDirSync(folder)].map((e) => e.name).filter((n) => n.endsWith(".yaml"));
  const deployed = files.sort().map((name) => load(Deno.readTextFileSync(new URL(name, folder))));
  assert.deepEqual(ownCrds(), deployed);
});

Deno.test("a caller may change what ownCrds gave it", () => {
  ownCrds()[0]!.metadata.name = "changed";
  assert.notEqual(ownCrds()[0]!.metadata.name, "changed");
});
