/**
 * Fuzz test of kubeconfig files: any string must be read, or rejected with a ConfigError of one
 * line that names the file.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { toClusterConfig } from "../../../src/kube/context.ts";
import { parseKubeconfig } from "../../../src/kube/kubeconfig.ts";
import { ConfigError } from "../../../src/kube/mod.ts";
import { kubeconfig } from "../../support/controlplane/users.ts";
import { mutated } from "./fuzz.ts";

const good = [
  kubeconfig("https://127.0.0.1:6443", "-----BEGIN CERTIFICATE-----\nAA\n-----END", "kro", "token"),
  `clusters: [{name: c, cluster: {server: "http://k"}}]
users: [{name: u, user: {tokenFile: /nowhere/token, as: me, as-groups: [a]}}]
contexts: [{name: x, context: {cluster: c, user: u, namespace: n}}]
current-context: x
`,
];
const TOKENS = [
  "- ",
  ": ",
  "[",
  "]",
  "{",
  "}",
  "null",
  "~",
  "0",
  '""',
  "!!binary ",
  "&a ",
  "*a",
  "\n",
  "  ",
  "\t",
  "1e999",
];

async function read(text: string): Promise<void> {
  try {
    const config = await toClusterConfig({ origin: "f", ...parseKubeconfig("f", text) }, undefined);
    assert.equal(typeof config.server, "string");
  } catch (error) {
    assert.ok(error instanceof ConfigError, `${error}\nfor ${JSON.stringify(text)}`);
    assert.doesNotMatch(error.message, /\n/);
    assert.match(error.message, /f/);
  }
}

Deno.test("a mutated kubeconfig is read or refused with a one-line ConfigError", async () => {
  await fc.assert(fc.asyncProperty(mutated(good, TOKENS), read), { seed: 20_250, numRuns: 3000 });
});

Deno.test("a kubeconfig with arbitrary values is read or refused with a one-line ConfigError", async () => {
  const value: fc.Arbitrary<unknown> = fc.jsonValue({ maxDepth: 2 });
  const named = (key: string, fields: string[]) =>
    fc.array(
      fc.record({
        name: fc.oneof(fc.constant("x"), value),
        [key]: fc.oneof(value, fc.record(Object.fromEntries(fields.map((f) => [f, value])))),
      }, { requiredKeys: [] }),
      { maxLength: 2 },
    );
  const outline = fc.record({
    clusters: fc.oneof(
      value,
      named("cluster", ["server", "certificate-authority-data", "proxy-url"]),
    ),
    users: fc.oneof(value, named("user", ["token", "exec", "client-certificate-data", "username"])),
    contexts: fc.oneof(value, named("context", ["cluster", "user", "namespace"])),
    "current-context": fc.oneof(fc.constant("x"), value),
  }, { requiredKeys: [] });
  const property = fc.asyncProperty(outline, (config) => read(JSON.stringify(config)));
  await fc.assert(property, { seed: 20_250, numRuns: 3000 });
});
