/** Tests of the templates of Secrets as the JSON API shows them. */
import assert from "node:assert/strict";
import { hiddenSecret } from "../../../src/controller/definition.ts";

Deno.test("the template of a Secret shows expressions, but no literal text around them", () => {
  const cases: [string, boolean][] = [
    ["${schema.spec.password}", true],
    ["${other.data.key}", true],
    ["literal", false],
    ["a${schema.spec.user}", false],
    ["${schema.spec.user}literal${schema.spec.host}", false],
    ["${schema.spec.user + 'literal'}", false],
    ['${"literal"}', false],
  ];
  for (const field of ["data", "stringData"]) {
    for (const [value, isShown] of cases) {
      const shown = hiddenSecret({ [field]: { key: value } });
      assert.deepEqual(shown, { [field]: { key: isShown ? value : "hidden" } }, value);
    }
    assert.deepEqual(hiddenSecret({ [field]: "literal" }), { [field]: "hidden" });
    assert.deepEqual(hiddenSecret({ [field]: "${json}" }), { [field]: "${json}" });
  }
});
