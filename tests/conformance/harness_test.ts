/**
 * Tests of the functions that compare kro's results with upstream's results, and of the parser of
 * deviations.md.
 */
import assert from "node:assert/strict";
import { differenceOf } from "./compare.ts";
import { deviationLine, parseDeviations, unexplained } from "./deviations.ts";
import { verdictOf } from "./verdict.ts";

const DIFFERENCE = { upstream: "accepted", here: "refused `a`\n" };

Deno.test("refusals agree when kro reports a problem of upstream's stage", () => {
  const upstream = verdictOf("graph", { error: 'failed to build resource "a": no such kind' });
  assert.deepEqual(upstream, { refused: ["RESOURCE"] });
  const same = verdictOf("graph", { error: "…", codes: ["REF", "KIND"] });
  assert.equal(differenceOf(upstream, same), undefined);
  const other = verdictOf("graph", { error: "…", codes: ["REF"] });
  assert.deepEqual(differenceOf(upstream, other), {
    upstream: "refused (RESOURCE)",
    here: "refused (REFERENCE)",
  });
  assert.equal(differenceOf(upstream, { order: [] })?.here, "accepted");
});

Deno.test("differences have paths; the order of a list counts unless the case is unordered", () => {
  const a = { value: { l: ["x", "y"], n: 1 } };
  const b = { value: { n: 1, l: ["y", "x"] } };
  assert.equal(differenceOf(a, b)?.upstream, 'value.l[0]: "x"; value.l[1]: "y"');
  assert.equal(differenceOf(a, b, true), undefined);
  assert.equal(differenceOf(a, { value: { l: ["x"], n: 1 } })?.here, 'value.l: ["x"]');
  assert.equal(differenceOf({ type: "int" }, { type: "int", value: null })?.here, "value: null");
});

Deno.test("parts that every CRD has are compared only when they have an unusual value", () => {
  const crd = (condition: string) => ({
    metadata: { name: "a" },
    spec: {
      versions: [{
        served: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: { metadata: { type: condition }, status: { description: "d" } },
          },
        },
      }],
    },
  });
  const verdict = (type: string) =>
    verdictOf("graph", { order: [], dependencies: {}, crd: crd(type) });
  assert.deepEqual((verdict("object").crd as { spec: unknown }).spec, {
    versions: [{ schema: { openAPIV3Schema: { properties: { status: {} } } } }],
  });
  assert.match(differenceOf(verdict("object"), verdict("string"))!.here, /metadata: .*string/);
});

Deno.test("unlisted, changed and outdated deviations are reported", () => {
  const line = deviationLine("schema/x: a|b", DIFFERENCE);
  const listed = parseDeviations(
    `# Title\n\n## Heading\n\nKind: upstream bug\n\nReason.\n\n${line}\n`,
  );
  assert.deepEqual(listed.map((d) => [d.name, d.heading]), [["schema/x: a|b", "Heading"]]);
  assert.deepEqual(unexplained(new Map([["schema/x: a|b", DIFFERENCE]]), listed), []);
  assert.match(unexplained(new Map(), listed)[0]!, /^no longer differs/);
  const changed = { ...DIFFERENCE, here: "else" };
  assert.equal(unexplained(new Map([["schema/x: a|b", changed]]), listed).length, 2);
});

Deno.test("a deviation needs a known kind, a reason and the right form", () => {
  const page = (text: string) => () => parseDeviations(`## H\n\n${text}`);
  const item = "- `a`: upstream `x`, here `y`";
  assert.throws(page(`Kind: safer in size\n\n${item}`), /no reason/);
  assert.throws(page(`Why.\n\n${item}`), /names no kind/);
  assert.throws(page(`Kind: we like it so\n\nWhy.\n\n${item}`), /unknown kind: we like it so/);
  assert.throws(page("Kind: upstream bug\n\nWhy.\n\n- `a`: x"), /not an item/);
});
