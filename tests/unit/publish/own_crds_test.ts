import assert from "node:assert/strict";
import { load } from "js-yaml";
import { ownCrds } from "../../../src/publish/own_crds.ts";

const folder = new URL("../../../deploy/crds/", import.meta.url);

Deno.test("the CRDs in the binary equal those in deploy/crds (run deploy/crds/embed.ts to update them)", () => {
  const files = [...Deno.readDirSync(folder)].map((e) => e.name).filter((n) => n.endsWith(".yaml"));
  const deployed = files.sort().map((name) => load(Deno.readTextFileSync(new URL(name, folder))));
  assert.deepEqual(ownCrds(), deployed);
});

Deno.test("ownCrds returns a new copy on each call", () => {
  ownCrds()[0]!.metadata.name = "changed";
  assert.notEqual(ownCrds()[0]!.metadata.name, "changed");
});
