/**
 * Tests of the complete message for each typical mistake in an RGD. The message must contain the
 * place, what was expected and found, and what to do.
 */
import assert from "node:assert/strict";
import { problemText, type ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { parseYaml } from "../../../src/cli/mod.ts";
import { compile, kindsOf } from "../../../src/graph/mod.ts";
import { resolveKinds, snapshotSource } from "../../../src/openapi/mod.ts";

const VALID = `metadata: {name: shop}
spec:
  schema:
    apiVersion: v1alpha1
    kind: Shop
    spec:
      name: string
      replicas: integer | default=1
      names: "[]string"
    status:
      ready: \${web.status.readyReplicas}
  resources:
    - id: config
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "\${schema.spec.name}"}
        data: {key: VALUE}
    - id: web
      includeWhen: ["\${schema.spec.replicas > 0}"]
      readyWhen: ["\${web.status.readyReplicas == 1}"]
      template:
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "\${config.metadata.name}"}
        spec:
          replicas: \${schema.spec.replicas}
          selector: {matchLabels: {app: a}}
          template:
            metadata: {labels: {app: a}}
            spec: {containers: [{name: a, image: b}]}
    - id: many
      forEach: [{"x": "\${schema.spec.names}"}]
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "many-\${x}"}
`;

/** Replaces a string in a valid RGD, and returns the messages of the resulting problems. */
async function messages(before: string, after: string): Promise<string[]> {
  assert.ok(VALID.includes(before), before);
  const [rgd] = parseYaml(VALID.replace(before, () => after), "f") as ResourceGraphDefinition[];
  const result = compile(rgd!, await resolveKinds(snapshotSource(), kindsOf(rgd!)));
  return result.ok ? [] : result.problems.map(problemText);
}

const MISTAKES: [what: string, before: string, after: string, ...messages: string[]][] = [
  [
    "a misspelled field of the schema",
    "${schema.spec.replicas}\n",
    "${schema.spec.replica}\n",
    'node "web": template.spec.replicas: ${schema.spec.replica}: unknown field "replica" of schema.spec (at offset 13); did you mean "replicas"? [TYPE]',
  ],
  [
    "a misspelled node",
    "config.metadata.name",
    "confg.metadata.name",
    'node "web": template.metadata.name: ${confg.metadata.name}: unknown identifier "confg" (at offset 2); did you mean "config"? [REF]',
  ],
  [
    "a misspelled field of a node, in the status",
    "web.status.readyReplicas}",
    "web.status.readyReplica}",
    'schema.status.ready: ${web.status.readyReplica}: unknown field "readyReplica" of web.status (at offset 12); did you mean "readyReplicas"? [STATUS]',
  ],
  [
    "a misspelled kind",
    "kind: Deployment",
    "kind: Deploymnt",
    'node "web": template: apiVersion "apps/v1", kind "Deploymnt" is not served; did you mean "Deployment"? [KIND]',
  ],
  [
    "an API group that Kubernetes has removed",
    "apps/v1",
    "extensions/v1beta1",
    'node "web": template: apiVersion "extensions/v1beta1", kind "Deployment" is not served; did you mean apiVersion "apps/v1"? [KIND]',
  ],
  [
    "a misspelled field of a template",
    "selector: {match",
    "selectr: {match",
    'node "web": template.spec.selectr: unknown field "selectr"; did you mean "selector"? [LITERAL]',
  ],
  [
    "a misspelled function",
    "VALUE",
    "'${strng(schema.spec.replicas)}'",
    'node "config": template.data.key: ${strng(schema.spec.replicas)}: unknown function "strng" (at offset 2); did you mean "string"? [REF]',
  ],
  [
    "a misspelled method",
    "VALUE",
    "'${schema.spec.name.trm()}'",
    'node "config": template.data.key: ${schema.spec.name.trm()}: unknown method "trm" (at offset 22); did you mean "trim"? [TYPE]',
  ],
  [
    "a misspelled type",
    "integer | default=1",
    "integr | default=1",
    'schema.spec.replicas: integr | default=1: unknown type: integr; did you mean "integer"? [SCHEMA]',
  ],
  [
    "a misspelled marker",
    "integer | default=1",
    "integer | defalt=1",
    'schema.spec.replicas: integer | defalt=1: unknown marker: defalt (at offset 10); did you mean "default"? [SCHEMA]',
  ],
  [
    "a default of another type",
    "integer | default=1",
    "integer | default=one",
    'schema.spec.replicas: integer | default=one: default must be an integer, which "one" is not (at offset 10) [SCHEMA]',
  ],
  [
    "a string where a number belongs",
    "replicas: ${schema.spec.replicas}",
    "replicas: many",
    'node "web": template.spec.replicas: must be integer, not a string [LITERAL]',
  ],
  [
    "a number where a string belongs",
    "VALUE",
    "1",
    'node "config": template.data.key: must be string, not an integer [LITERAL]',
  ],
  [
    "an expression of the wrong type",
    "${schema.spec.replicas}\n",
    "${schema.spec.name}\n",
    'node "web": template.spec.replicas: ${schema.spec.name}: yields string, but the field takes int; convert with int(..) [TYPE]',
  ],
  [
    "a number expression for a string field",
    "VALUE",
    "'${schema.spec.replicas}'",
    'node "config": template.data.key: ${schema.spec.replicas}: yields int, but the field takes string; convert with string(..) [TYPE]',
  ],
  [
    "a number expression in a string template",
    "VALUE",
    "'x-${schema.spec.replicas}'",
    'node "config": template.data.key: x-${schema.spec.replicas}: expected string in a string template, found int (at offset 4); convert with string(..) [TYPE]',
  ],
  [
    "a sum of two types",
    "VALUE",
    "'${schema.spec.name + 1}'",
    'node "config": template.data.key: ${schema.spec.name + 1}: "+" does not take (string, int); it takes (int, int) or (string, string) (at offset 19); convert with string(..) [TYPE]',
  ],
  [
    "a comparison of two types",
    "VALUE",
    "'${schema.spec.replicas == ''1'' ? ''a'' : ''b''}'",
    `node "config": template.data.key: \${schema.spec.replicas == '1' ? 'a' : 'b'}: "==" does not take (int, string); both sides must have one type (at offset 23); convert with string(..) [TYPE]`,
  ],
  [
    "branches of two types",
    "VALUE",
    "'${schema.spec.replicas == 1 ? ''a'' : 2}'",
    `node "config": template.data.key: \${schema.spec.replicas == 1 ? 'a' : 2}: "? :" does not take (bool, string, int); both branches must have one type (at offset 28); convert one, or wrap both in dyn(..) [TYPE]`,
  ],
  [
    "a wrong argument",
    "VALUE",
    "'${schema.spec.name.split(1)[0]}'",
    'node "config": template.data.key: ${schema.spec.name.split(1)[0]}: split() does not take string.(int); it takes string.(string) (at offset 24); convert with string(..) [TYPE]',
  ],
  [
    "an expression that does not parse",
    "VALUE",
    "'${schema.spec.name +}'",
    'node "config": template.data.key: ${schema.spec.name +}: expected an expression, found end of input (at offset 20) [REF]',
  ],
  [
    "an expression in an expression",
    "VALUE",
    "'${''a'' + ${schema.spec.name}}'",
    `node "config": template.data.key: \${'a' + \${schema.spec.name}}: expressions cannot be nested, except inside a "…" literal (at offset 8) [EXPR-SYNTAX]`,
  ],
  [
    "a kind in lower case",
    "kind: Shop",
    "kind: shop",
    'schema.kind: kind "shop" is not UpperCamelCase (letters and digits, starting with a capital) [NAMING]',
  ],
  [
    "an id with a dash",
    "id: many",
    "id: many-more",
    'node "many-more": resources[2].id: "many-more" is not lower camelCase (letters and digits, starting with a small letter) [NAMING]',
  ],
  [
    "an id used twice",
    "id: many",
    "id: web",
    'node "web": resources[2].id: id "web" is used twice [NAMING]',
  ],
  [
    "an includeWhen that is not a bool",
    "${schema.spec.replicas > 0}",
    "${schema.spec.replicas}",
    'node "web": includeWhen[0]: ${schema.spec.replicas}: must yield bool, but yields int [TYPE]',
  ],
  [
    "a readyWhen without ${}",
    "${web.status.readyReplicas == 1}",
    "web.status.readyReplicas == 1",
    'node "web": readyWhen[0]: web.status.readyReplicas == 1: must be one standalone expression: ${…}; write ${web.status.readyReplicas == 1} [EXPR-SYNTAX]',
  ],
  [
    "a readyWhen that refers to another node",
    "web.status.readyReplicas == 1",
    "config.data.key == 'a'",
    `node "web": readyWhen[0]: \${config.data.key == 'a'}: readyWhen sees only "web" (at offset 2) [TYPE]`,
  ],
  [
    "a forEach over a string",
    "${schema.spec.names}",
    "${schema.spec.name}",
    'node "many": forEach[0].x: ${schema.spec.name}: must yield a list, but yields string [TYPE]',
  ],
  [
    "a collection whose objects have the same name",
    "many-${x}",
    "many",
    'node "many": forEach: the variable "x" does not occur in metadata.name or metadata.namespace, so objects would collide; use ${x} in metadata.name or metadata.namespace [IDENTITY]',
  ],
  [
    "a variable that YAML reads as a boolean",
    '{"x": ',
    "{n: ",
    'node "many": forEach[0].false: "false" is a reserved word; quote it: YAML reads y, n, yes, no, on and off as true and false [NAMING]',
    'node "many": forEach: the variable "false" does not occur in metadata.name or metadata.namespace, so objects would collide; use ${false} in metadata.name or metadata.namespace [IDENTITY]',
    'node "many": template.metadata.name: many-${x}: unknown identifier "x" (at offset 7) [REF]',
  ],
  [
    "a cycle",
    "VALUE",
    "'${web.metadata.name}'",
    'node "config": dependencies form a cycle: config -> web -> config; expressions in includeWhen and forEach are dependencies too [GRAPH]',
  ],
  [
    "a node that refers to itself",
    "VALUE",
    "'${config.metadata.name}'",
    'node "config": template.data.key: ${config.metadata.name}: "config" cannot refer to itself (at offset 2) [GRAPH]',
  ],
  [
    "a status field without an expression",
    "ready: ${web.status.readyReplicas}",
    "ready: fine",
    "schema.status.ready: must be an expression: ${…}; a status has no constant values [STATUS]",
  ],
  [
    "no metadata",
    '        metadata: {name: "${schema.spec.name}"}\n',
    "",
    'node "config": template.metadata: is missing; it must be an object [SHAPE]',
  ],
  [
    "kro's own labels",
    '{name: "${schema',
    '{labels: {kro.run/x: a}, name: "${schema',
    'node "config": template.metadata.labels["kro.run/x"]: keys under kro.run/ belong to kro [OWNED]',
  ],
  [
    "a gated function",
    "VALUE",
    "'${omit()}'",
    'node "config": template.data.key: ${omit()}: omit() needs the feature gate CELOmitFunction (at offset 2) [GATE]',
  ],
];
for (const [what, before, after, ...expected] of MISTAKES) {
  Deno.test(`message for ${what}`, async () => {
    assert.deepEqual(await messages(before, after), expected);
  });
}

Deno.test("a long or multi-line expression is shown in one line, cut around the problem's offset", async () => {
  const long = "schema.spec.name + ".repeat(100);
  const [text] = await messages("VALUE", `"\${${long}\\n  schema.spec.nme + ${long} 'a'}"`);
  assert.ok(text!.length < 400 && !text!.includes("\n"), text!);
  assert.match(
    text!,
    /: ….*\+ schema\.spec\.nme \+.*…: unknown field "nme" of schema\.spec \(at offset 1916\)/,
  );
});
