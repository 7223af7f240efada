/**
 * Test cases of references: which names an expression may refer to, in which order nodes are
 * created, and where `omit()` is permitted.
 */
import type { JsonObject } from "../../../../src/api/mod.ts";
import {
  cases,
  data,
  deployment,
  type GraphCase,
  named,
  resource,
  SERVICE,
  withSpec,
} from "./build.ts";

/**
 * Returns nodes that depend on each other. In the string, `a: b c` means that a depends on b and c.
 */
function wired(text: string): JsonObject {
  const nodes = text.split(";").map((part) => part.split(":").map((s) => s.trim()));
  return withSpec(...nodes.map(([id, reads = ""]) => {
    const parts = reads.split(/\s+/).filter(Boolean).map((other) => `\${${other}.metadata.name}`);
    return data(parts.join("-") || "x", id);
  }));
}

const pair = (text: string) => withSpec(data("x", "other"), data(text));
const web = (text: string) => withSpec(deployment("web"), data(text));

const GRAPHS = [
  "a; b; c",
  "a: b; b: c; c",
  "c; b: c; a: b",
  "d: b; a; c: d; b; e",
  "a: b c; b: d; c: d; d",
  "a: b; b: a",
  "a: b; b: c; c: a; d",
  "a: a",
  "a; b: a; c: a; d: b c; e: d; f",
  "z; y: z; x: z; w: x y",
  "a1: a2 a3; a2: a3; a3; b1: b2; b2: b3; b3",
  "a: b b b; b",
];

const TEXTS: Record<string, JsonObject> = {
  "unknown identifier": pair("${nope.x}"),
  "known node": pair("${other.metadata.name}"),
  "the type of a value": pair("${type(other.metadata.name) == string ? 'a' : 'b'}"),
  "an int as identifier": pair("${type(1) == int ? 'a' : 'b'}"),
  "unknown function": pair("${foo(1)}"),
  "unknown method": pair("${other.metadata.name.foo()}"),
  "known function": pair("${string(1)}"),
  "function of a library": pair("${base64.encode(b'a')}"),
  "unknown function of a library": pair("${base64.foo(b'a')}"),
  "self": pair("${self.x}"),
  "itself": pair("${cm.metadata.name}"),
  "each": pair("${each.x}"),
  "runtime": pair("${runtime.x}"),
  "instance": pair("${instance.spec.name}"),
  "spec": pair("${spec.name}"),
  "index by a string": pair("${other['metadata'].name}"),
  "data by a string": pair('${other.data["k"]}'),
  "data by a field": pair("${other.data.k}"),
  "data by an optional field": pair('${other.?data.?k.orValue("")}'),
  "data by an optional index": pair('${other.data[?"k"].orValue("")}'),
  "unknown field": pair("${other.dat}"),
  "unknown optional field": pair("${other.?dat}"),
  "unknown field in has": pair("${has(other.dat) ? 'a' : 'b'}"),
  "known field in has": pair("${has(other.data) ? 'a' : 'b'}"),
  "unknown field of metadata": pair("${other.metadata.nam}"),
  "node in a text literal": pair("${'other.metadata.name'}"),
  "node as a map key": pair("${{other.metadata.name: 'a'}[other.metadata.name]}"),
  "bare word as a map key": pair("${{other: 'a'}.a}"),
  "node in an unreached branch": pair("${true ? 'a' : other.metadata.name}"),
  "node after a short circuit": pair("${true || other.data.k == 'x' ? 'a' : 'b'}"),
  "macro with a variable of its own": web(
    "${web.spec.template.spec.containers.map(c, c.name).join(',')}",
  ),
  "macro with a misspelt field": web(
    "${web.spec.template.spec.containers.map(c, c.nam).join(',')}",
  ),
  "macro with two variables": web(
    "${web.spec.template.spec.containers.transformList(i, c, c.name).join(',')}",
  ),
  "nested macros": web(
    "${web.spec.template.spec.containers.map(c, c.env.filter(e, e.name != c.name).size()).size() > 0 ? 'a' : 'b'}",
  ),
  "variable used outside its macro": web(
    "${web.spec.template.spec.containers.map(c, c.name)[0] + c.name}",
  ),
  "bind": web("${cel.bind(n, web.metadata.name, n + n)}"),
  "variable named like another node": web("${['a'].map(web, web)[0]}"),
  "variable named like the node it ranges over": web(
    "${web.spec.template.spec.containers.map(web, web.name)[0]}",
  ),
  "bound variable named like the node it binds": web("${cel.bind(web, web.metadata, web.name)}"),
  "optional macro": web("${web.spec.?strategy.?type.optMap(t, t).orValue('')}"),
  "list without index": web("${web.spec.template.spec.containers.name}"),
  "list with an index": web("${web.spec.template.spec.containers[0].name}"),
  "list with a text index": web("${web.spec.template.spec.containers['a'].name}"),
  "misspelt method": web("${web.metadata.name.length()}"),
  "size as a method": web("${string(web.metadata.name.size())}"),
  "int plus double": web("${string(1 + 1.5)}"),
  "int plus string": web("${'a' + 1}"),
  "number in a template text": web("a-${web.spec.replicas}"),
  "text in a template text": web("a-${string(web.spec.replicas)}"),
  "a whole node as text": web("${web}"),
  "json of a node": web("${json.marshal(web.spec)}"),
  "json parsed": web("${json.unmarshal('{}').a}"),
  "condition of a node": web(
    "${web.status.conditions.exists(c, c.type == 'Available' && c.status == 'True') ? 'a' : 'b'}",
  ),
  "time of a node": web("${string(web.metadata.creationTimestamp)}"),
  "quantity of a node": web(
    "${string(quantity(web.spec.template.spec.containers[0].resources.limits['cpu']).isGreaterThan(quantity('1')))}",
  ),
  "dyn removes the types": web("${dyn(web).nope.x}"),
};

const OMIT: Record<string, JsonObject> = {
  "omit in data": withSpec(data("${schema.spec.flag ? 'a' : omit()}")),
  "omit alone": withSpec(data("${omit()}")),
  "omit as an integer": withSpec(deployment("web", { replicas: "${omit()}" })),
  "omit as an integer or not": withSpec(
    deployment("web", { replicas: "${schema.spec.flag ? schema.spec.count : omit()}" }),
  ),
  "omit in the name": withSpec(named({ name: '${schema.spec.flag ? "a" : omit()}' })),
  "omit in the namespace": withSpec(named({ name: "a", namespace: "${omit()}" })),
  "omit in labels": withSpec(named({ name: "a", labels: { a: "${omit()}" } })),
  "omit in a text": withSpec(data("a-${omit()}")),
  "omit in a list": withSpec(
    resource("svc", SERVICE, { spec: { externalIPs: ["${omit()}", "1.2.3.4"] } }),
  ),
  "omit with an argument": withSpec(data("${omit(1)}")),
  "omit in includeWhen": withSpec(data("x", "cm", { includeWhen: ["${omit()}"] })),
  "omit in readyWhen": withSpec(data("x", "cm", { readyWhen: ["${omit()}"] })),
};

/** The test cases of references in expressions. */
export const references: GraphCase[] = [
  ...cases(Object.fromEntries(GRAPHS.map((text) => [text, wired(text)]))),
  ...cases(TEXTS),
  ...cases(OMIT),
  ...cases(Object.fromEntries(Object.entries(OMIT).map(([k, v]) => [`${k}, gate open`, v])), true),
];
