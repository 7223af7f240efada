/** Tests that the role of the example grants exactly the permissions that kro uses. */
import assert from "node:assert/strict";
import { loadAll } from "js-yaml";
import { runCommand } from "../../support/command.ts";

interface Role {
  kind: string;
  rules?: { apiGroups: string[] }[];
}

Deno.test("the role of the example has the rules that kro generate rbac prints", async () => {
  const deploy = new URL("../../../deploy/", import.meta.url).pathname;
  const rgd = `${deploy}examples/httpbin/rgd.yaml`;
  const printed = await runCommand(["generate", "rbac", "-f", rgd]);
  assert.equal(printed.code, 0, printed.stderr);
  const rulesOf = (text: string) =>
    (loadAll(text) as Role[]).find(({ kind }) => kind === "ClusterRole")?.rules ?? [];
  // The role of the controller grants the permission to write CRDs.
  const expected = rulesOf(printed.stdout).filter(({ apiGroups }) =>
    apiGroups[0] !== "apiextensions.k8s.io"
  );
  assert.ok(expected.length > 2);
  assert.deepEqual(rulesOf(await Deno.readTextFile(`${deploy}examples/rbac.yaml`)), expected);
});
