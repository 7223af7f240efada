/**
 * Generates random RGDs. Their few nodes refer to each other, to the instance, and to names that do
 * not exist.
 */
import fc from "fast-check";
import type { Json, JsonObject } from "../../src/api/mod.ts";
import {
  CONFIG_MAP,
  container,
  data,
  deployment,
  external,
  resource,
  rgd,
  SERVICE,
  SPEC,
} from "./corpus/graph/build.ts";
import { HOSTILE_IDS, HOSTILE_NAMES, withHostileNames } from "./hostile_names.ts";
import type { Request } from "./protocol.ts";

const one = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
/**
 * The IDs of nodes to which the random expressions refer. If a node is missing or the references
 * form a cycle, the RGD is invalid.
 */
const IDS = ["a", "b", "c", "web"] as const;

/**
 * Expressions that select a field with a hostile name. Some of the objects have no such field, but in
 * JavaScript they inherit a member with this name.
 */
const HOSTILE_READS = HOSTILE_NAMES.flatMap((name) => {
  const field = name.replaceAll("__", "__underscores__");
  return [
    ...["schema.spec", "schema.spec.free", "schema.spec.labels", "a.data", "web.metadata"]
      .map((object) => `${object}.${field}`),
    `a.data['${name}']`,
    `schema.spec.?${field}.orValue('x')`,
  ];
});

/** The instances' spec: {@link SPEC}, and a string field for each hostile name except `valueOf`. */
const HOSTILE_SPEC: JsonObject = {
  ...SPEC,
  ...withHostileNames<Json>("string", HOSTILE_NAMES.filter((name) => name !== "valueOf")),
};

/** Expressions whose value is usually a string. */
const string: fc.Arbitrary<string> = fc.letrec<{ e: string }>((tie) => ({
  e: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    {
      weight: 30,
      arbitrary: one(
        "schema.spec.name",
        "schema.metadata.name",
        "'x'",
        "schema.spec.pair.a",
        "schema.spec.labels['k']",
        "schema.spec.names[0]",
        "@.metadata.name",
        "@.metadata.namespace",
        "a.metadata.name",
        "a.data['k']",
        "web.spec.template.spec.containers[0].image",
        "schema.spec.?name.orValue('x')",
        "string(schema.spec.count)",
      ),
    },
    { weight: 5, arbitrary: one(...HOSTILE_READS) },
    { weight: 9, arbitrary: fc.tuple(tie("e"), tie("e")).map(([l, r]) => `${l} + ${r}`) },
    { weight: 1, arbitrary: tie("e").map((e) => `(schema.spec.flag ? ${e} : 'n')`) },
    { weight: 1, arbitrary: tie("e").map((e) => `[${e}].map(v, v + 'x')[0]`) },
    { weight: 1, arbitrary: tie("e").map((e) => `${e}.lowerAscii()`) },
    {
      weight: 1,
      arbitrary: one(
        "nope",
        "a.nope",
        "schema.spec.nope",
        "each.x",
        "foo('x')",
        "schema.spec.free.x",
      ),
    },
  ),
})).e;
const int = one(
  "schema.spec.count",
  "1",
  "web.spec.replicas",
  "schema.spec.count + 1",
  "size(schema.spec.names)",
  "schema.spec.pair.b",
  "2",
  "schema.spec.count * 2",
  "schema.spec.ratio",
);
const bool: fc.Arbitrary<string> = fc.oneof(
  string.map((s) => `${s} == 'x'`),
  int.map((i) => `${i} > 0`),
  one("schema.spec.flag", "!schema.spec.flag", "true", "schema.spec.?flag", "schema.spec.free.b"),
);
const list = one(
  "schema.spec.names",
  "['p', 'q']",
  "schema.spec.labels.map(k, k)",
  "web.spec.template.spec.containers.map(c, c.name)",
  "schema.spec.name",
  "a.data.k.split(',')",
  "schema.spec.free.l",
);
const any = fc.oneof(
  string,
  int,
  bool,
  list,
  one("schema.spec.labels", "web.metadata.labels", "a.data"),
);

const wrapped = (e: string) => `\${${e}}`;
/** A random string for a template: plain text, an expression, or a mixture of both. */
const text: fc.Arbitrary<string> = textWith("${", "$${schema.spec.name}");
/**
 * A random name of an object. It contains no `$` outside of expressions, because kro deliberately differs
 * from upstream for such names, as deviations.md says.
 */
const name: fc.Arbitrary<string> = textWith();

function textWith(...more: string[]): fc.Arbitrary<string> {
  const pair = fc.tuple(string, string).map(([l, r]) => `${wrapped(l)}${wrapped(r)}`);
  return fc.oneof(
    { weight: 3, arbitrary: string.map(wrapped) },
    { weight: 2, arbitrary: string.map((e) => `p-${wrapped(e)}-s`) },
    { weight: 1, arbitrary: pair },
    { weight: 3, arbitrary: one("plain", "p-${schema.spec.name}", ...more) },
  );
}

const whens: fc.Arbitrary<JsonObject> = fc.record({
  includeWhen: fc.array(bool.map(wrapped), { maxLength: 1 }),
});

function node(id: string): fc.Arbitrary<JsonObject> {
  const readyWhen = fc.array(
    one(`\${${id}.metadata.name != ''}`, "${true}", "${schema.spec.flag}", "${each.data.k == 'x'}"),
    { maxLength: 1 },
  );
  const plain: fc.Arbitrary<JsonObject> = fc.oneof(
    { weight: 5, arbitrary: text.map((k) => data(k, id)) },
    { weight: 1, arbitrary: any.map((e) => data(wrapped(e), id)) },
    {
      weight: 2,
      arbitrary: fc.tuple(text, one(...HOSTILE_NAMES)).map(([value, name]) =>
        resource(id, CONFIG_MAP, { data: withHostileNames<Json>(value, [name]) })
      ),
    },
    { weight: 2, arbitrary: name.map((name) => resource(id, CONFIG_MAP, { metadata: { name } })) },
    { weight: 2, arbitrary: int.map((e) => deployment(id, { replicas: wrapped(e) })) },
    { weight: 1, arbitrary: any.map((e) => container(id, { args: wrapped(e) })) },
    { weight: 1, arbitrary: text.map((value) => container(id, { env: [{ name: "N", value }] })) },
    {
      weight: 1,
      arbitrary: any.map((e) =>
        resource(id, SERVICE, { spec: { ports: [{ port: 80, targetPort: wrapped(e) }] } })
      ),
    },
    { weight: 1, arbitrary: name.map((name) => ({ ...external({ name }), id })) },
    {
      weight: 1,
      arbitrary: text.map((v) => ({ ...external({ selector: { matchLabels: { a: v } } }), id })),
    },
  );
  const collection = fc.tuple(
    list,
    one("n-${x}", "${x}-${schema.spec.name}", "n", "${x + 'y'}"),
    fc.oneof({ weight: 3, arbitrary: one<string>("x") }, one<string>(...HOSTILE_IDS)),
  ).map(([items, name, variable]) => ({
    ...resource(id, CONFIG_MAP, {
      metadata: { name: name.replace(/\bx\b/, variable) },
    }),
    forEach: [withHostileNames<Json>(wrapped(items), [variable])],
  }));
  return fc.oneof(
    { weight: 6, arbitrary: plain },
    { weight: 2, arbitrary: fc.tuple(plain, whens).map(([n, more]) => ({ ...n, ...more })) },
    { weight: 1, arbitrary: fc.tuple(plain, readyWhen).map(withReady) },
    { weight: 2, arbitrary: collection },
  );
}

/**
 * Adds readyWhen to a random node. An external reference by label selector gets no readyWhen, because kro
 * deliberately differs from upstream for this combination, as deviations.md says.
 */
function withReady([node, readyWhen]: [JsonObject, string[]]): JsonObject {
  return JSON.stringify(node).includes('"selector":{"matchLabels":{"a":') && "externalRef" in node
    ? node
    : { ...node, readyWhen };
}

const status: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.oneof({ weight: 2, arbitrary: one("s", "t", "u") }, one(...HOSTILE_NAMES)),
  fc.oneof(
    any.map((e) => wrapped(e) as Json),
    text as fc.Arbitrary<Json>,
    fc.record({ n: any.map(wrapped) }) as fc.Arbitrary<Json>,
  ),
  { maxKeys: 2 },
);

/**
 * Generates a node with this ID. In its expressions, the placeholder `@` is replaced by the ID of another
 * node or, rarely, by the node's own ID.
 */
function wired(id: string): fc.Arbitrary<JsonObject> {
  if (id === "a") return one(data("x", "a"), data("${schema.spec.name}", "a"));
  if (id === "web") {
    return int.map((e) =>
      deployment("web", { replicas: wrapped(e.replace("web.spec.replicas", "3")) })
    );
  }
  const others = id === "b" ? one("a", "a", "a", "web") : one("a", "b", "b", "web");
  const read = fc.oneof({ weight: 20, arbitrary: others }, one(id, "c"));
  return fc.tuple(node(id), read).map(([made, other]) =>
    JSON.parse(JSON.stringify(made).replaceAll("@", other)) as JsonObject
  );
}

/**
 * The ID that replaces the node ID `b` in a random RGD: usually `b` itself, sometimes a name with a meaning
 * in JavaScript.
 */
const renamed = fc.oneof({ weight: 2, arbitrary: one<string>("b") }, one<string>(...HOSTILE_IDS));

/** Generates an RGD of three or four nodes, in random order. */
export const graphRequest: fc.Arbitrary<Request> = fc.tuple(
  fc.oneof(
    { weight: 8, arbitrary: fc.shuffledSubarray([...IDS], { minLength: 4 }) },
    fc.shuffledSubarray([...IDS], { minLength: 3 }),
  ).chain((ids) => fc.tuple(...ids.map(wired))),
  status,
  renamed,
).map(([resources, status, id]) => {
  const schema = { spec: HOSTILE_SPEC, ...(Object.keys(status).length > 0 && { status }) };
  const text = JSON.stringify(rgd(schema, resources)).replaceAll("@", "b");
  const withId = text.replaceAll('"id":"b"', `"id":"${id}"`).replaceAll(
    /\bb\.metadata/g,
    `${id}.metadata`,
  );
  return { op: "graph" as const, rgd: JSON.parse(withId) as JsonObject };
});
