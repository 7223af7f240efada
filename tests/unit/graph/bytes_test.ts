/**
 * Tests of expressions whose value is of the type bytes, such as a Secret's values. Some fields
 * accept bytes, and all other fields must reject them.
 */
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { compiled, configMap, deployment, open, problemsOf, rgd, SPEC } from "./fixtures.ts";

const src = {
  id: "src",
  externalRef: { apiVersion: "v1", kind: "Secret", metadata: { name: "src" } },
};
const one = (...resources: unknown[]) => rgd({ spec: SPEC }, [src, ...resources]);
const secret = (fields: JsonObject) =>
  one({
    id: "copy",
    template: { apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, ...fields },
  });
const FROM_BYTES = "convert with string(..), or encode with base64.encode(..)";

const REFUSED: [what: string, definition: unknown, message: string, hint: string | undefined][] = [
  [
    "bytes for text",
    one(configMap("cm", { data: { k: "${src.data.pw}" } })),
    "yields bytes, but the field takes string",
    FROM_BYTES,
  ],
  [
    "bytes for a Secret's stringData",
    secret({ stringData: { k: "${src.data.pw}" } }),
    "yields bytes, but the field takes string",
    FROM_BYTES,
  ],
  [
    "optional bytes for text",
    one(configMap("cm", { data: { k: "${src.data[?'pw']}" } })),
    "yields optional_type(bytes), but the field takes string: expected string, found bytes",
    FROM_BYTES,
  ],
  [
    "bytes for a number or text",
    one({
      id: "svc",
      template: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "a" },
        spec: { ports: [{ port: 80, targetPort: "${src.data.port}" }] },
      },
    }),
    "yields bytes, but the field has no format: byte",
    FROM_BYTES,
  ],
  [
    "bytes for a free field",
    one(open({ kept: { k: "${src.data.pw}" } })),
    "yields bytes, but the field has no format: byte",
    FROM_BYTES,
  ],
  [
    "a map of bytes for a map of strings",
    one(configMap("cm", { data: "${src.data}" })),
    "yields map(string, bytes), but the field takes map(string, string): expected string, found bytes",
    "convert the values with .transformMap(key, value, string(value))",
  ],
  [
    "a list of bytes for a list of strings",
    one({
      id: "pod",
      template: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "a" },
        spec: { containers: [{ name: "c", image: "i", args: "${[src.data.pw]}" }] },
      },
    }),
    "yields list(bytes), but the field takes list(string): its elements: expected string, found bytes",
    "convert the elements with .map(value, string(value))",
  ],
  [
    "base64 for bytes",
    secret({ data: { k: "${base64.encode(src.data.pw)}" } }),
    "yields string, but the field takes bytes",
    "bytes are written as base64: remove base64.encode(..)",
  ],
  [
    "text for bytes",
    secret({ data: { k: "${schema.spec.name}" } }),
    "yields string, but the field takes bytes",
    "convert with bytes(..); in a Secret, stringData takes strings",
  ],
  [
    "a map of strings for bytes",
    secret({ data: "${schema.spec.labels}" }),
    "yields map(string, string), but the field takes map(string, bytes): expected bytes, found string",
    "convert the values with .transformMap(key, value, bytes(value))",
  ],
  [
    "bytes in a string template",
    one(configMap("cm", { data: { k: "a-${src.data.pw}" } })),
    "expected string in a string template, found bytes",
    "convert with string(..)",
  ],
  [
    "iterators of bytes",
    one({
      ...configMap("cm", {}, { name: "a-${string(x)}" }),
      forEach: [{ x: "${[src.data.pw]}" }],
    }),
    "yields list(bytes), but an iterator cannot be bytes; convert them with string(..)",
    undefined,
  ],
];
for (const [what, definition, message, hint] of REFUSED) {
  Deno.test(`bytes: refused: ${what}`, async () => {
    const found = await problemsOf(definition);
    assert.deepEqual(found.map((p) => [p.message, p.hint]), [[message, hint]]);
  });
}

const free = (k: string) => one(open({ kept: { k } }));
const UNWRITABLE: [expression: string, type: string, hint: RegExp][] = [
  ["quantity('1Gi')", "kubernetes.Quantity", /asInteger/],
  ["[url('https://a')]", "kubernetes.URL", /getHost/],
  ["{'a': semver('1.2.3')}", "kubernetes.Semver", /major/],
  ["optional.of(ip('::1'))", "net.IP", /string/],
];
for (const [expression, type, hint] of UNWRITABLE) {
  Deno.test(`a value without a form in JSON is refused: ${expression}`, async () => {
    const [found, ...others] = await problemsOf(free(`\${${expression}}`));
    assert.deepEqual(others, []);
    assert.equal(found!.message, `yields ${type}, which cannot be written to a field`);
    assert.match(found!.hint!, hint);
  });
}

const ACCEPTED: [what: string, definition: unknown][] = [
  ["a key of a Secret", secret({ data: { k: "${src.data.pw}" } })],
  ["a key that may be absent", secret({ data: { k: "${src.data[?'pw']}" } })],
  ["the result of bytes()", secret({ data: { k: "${bytes('a-' + schema.spec.name)}" } })],
  ["two joined", secret({ data: { k: "${src.data.a}${src.data.b}" } })],
  ["a map of them", secret({ data: "${{'k': src.data.pw}}" })],
  [
    "a map with converted values",
    secret({ data: "${schema.spec.labels.transformMap(key, value, bytes(value))}" }),
  ],
  ["the whole data of a Secret", secret({ data: "${src.data}" })],
  ["converted to text", one(configMap("cm", { data: { k: "${string(src.data.pw)}" } }))],
  ["encoded as text", one(configMap("cm", { data: { k: "${base64.encode(src.data.pw)}" } }))],
  ["binaryData", one(configMap("cm", { binaryData: { k: "${src.data.pw}" } }))],
  [
    "converted values of a map",
    one(configMap("cm", { data: "${src.data.transformMap(key, value, string(value))}" })),
  ],
  ["encoded, for a free field", one(open({ kept: { k: "${base64.encode(src.data.pw)}" } }))],
  ["the status", rgd({ spec: SPEC, status: { k: "${src.data.pw}" } }, [src, deployment("web")])],
];
for (const [what, definition] of ACCEPTED) {
  Deno.test(`bytes: accepted: ${what}`, async () => {
    const result = await compiled(definition);
    assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.problems));
  });
}
