/** Tests of label selectors, as strings and as objects. */
import assert from "node:assert/strict";
import type { Json } from "../../../src/api/mod.ts";
import { matchLabels, selectorText } from "../../../src/reconcile/mod.ts";

const LABELS = { app: "web", tier: "front", "example.com/x": "" };

for (
  const [selector, expected] of [
    ["", true],
    ["app=web", true],
    ["app==web,tier=front", true],
    ["app=api", false],
    ["app!=api", true],
    ["missing!=api", true],
    ["app!=web", false],
    ["app in (api, web),tier", true],
    ["app in (api)", false],
    ["app notin (api,db)", true],
    ["missing notin (api)", true],
    ["missing in (api)", false],
    ["!missing", true],
    ["!app", false],
    ["missing", false],
    ["example.com/x=", true],
    ["example.com/x", true],
    ["toString", false],
  ] as const
) {
  Deno.test(`selector "${selector}" ${expected ? "matches" : "does not match"}`, () => {
    assert.equal(matchLabels(selector, LABELS), expected);
  });
}

Deno.test("matchLabels throws a SyntaxError for an invalid selector", () => {
  for (const text of ["a=b=c/d e", "-x", "a in b", "(a)"]) {
    assert.throws(() => matchLabels(text, LABELS), SyntaxError, text);
  }
});

for (
  const { object, text } of [
    { object: undefined, text: "" },
    { object: {}, text: "" },
    { object: { matchLabels: { a: "b", c: "" } }, text: "a=b,c=" },
    {
      object: {
        matchExpressions: [
          { key: "a", operator: "In", values: ["x", "y"] },
          { key: "b", operator: "NotIn", values: ["z"] },
          { key: "c", operator: "Exists" },
          { key: "d", operator: "DoesNotExist", values: [] },
        ],
      },
      text: "a in (x,y),b notin (z),c,!d",
    },
  ] as { object: Json | undefined; text: string }[]
) {
  Deno.test(`selectorText of ${JSON.stringify(object)} is "${text}"`, () => {
    assert.deepEqual(selectorText(object), { ok: true, text });
  });
}

for (
  const { object, message } of [
    { object: { matchLabel: { a: "b" } }, message: /unknown field "matchLabel"/ },
    { object: { app: "web" }, message: /unknown field "app"/ },
    { object: "a=b", message: /must be an object/ },
    { object: { matchLabels: { a: 1 } }, message: /"a" must be a string/ },
    { object: { matchLabels: { a: "b c" } }, message: /value of "a" is not a label value/ },
    { object: { matchLabels: { "a,b": "c" } }, message: /"a,b" is not a label key/ },
    {
      object: { matchExpressions: [{ key: "a", operator: "In", values: [] }] },
      message: /matchExpressions\[0\]: values must not be empty/,
    },
    {
      object: { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] },
      message: /values must be empty/,
    },
    {
      object: { matchExpressions: [{ key: "a", operator: "Is" }] },
      message: /operator must be In, NotIn, Exists or DoesNotExist/,
    },
    {
      object: { matchExpressions: [{ key: "a", operator: "Exists", value: "b" }] },
      message: /unknown field "value"/,
    },
  ] as { object: Json; message: RegExp }[]
) {
  Deno.test(`selectorText refuses ${JSON.stringify(object)}`, () => {
    const result = selectorText(object);
    assert.ok(!result.ok);
    assert.match(result.message, message);
  });
}

Deno.test("a value of matchLabels that is null selects the empty value, as in Kubernetes", () => {
  assert.deepEqual(selectorText({ matchLabels: { a: null } }), { ok: true, text: "a=" });
});
