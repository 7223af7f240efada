/** Test cases of forEach, includeWhen and readyWhen. */
import type { Json } from "../../../../src/api/mod.ts";
import {
  cases,
  data,
  deployment,
  each,
  external,
  type GraphCase,
  many,
  NAMESPACE,
  resource,
  withSpec,
} from "./build.ts";

const NAMES = "${schema.spec.names}";
const over = (list: string) => withSpec(deployment("web"), data("x", "other"), many([{ x: list }]));
const LISTS = [
  NAMES,
  "${['a', 'b']}",
  "${[]}",
  "${[1, 'a']}",
  "${schema.spec.labels}",
  "${schema.spec.name}",
  "${schema.spec.free}",
  "${schema.spec.free.items}",
  "${schema.spec.?names}",
  "${schema.spec.?names.orValue([])}",
  "${dyn(['a'])}",
  "${json.unmarshal('[]')}",
  "${schema.spec.labels.map(k, k)}",
  "${lists.range(3).map(i, string(i))}",
  "${other.data.k.split(',')}",
  "${web.spec.template.spec.containers.map(c, c.name)}",
  "${many.map(m, m.metadata.name)}",
  "${x}",
  "${each}",
  "${nope}",
  "${null}",
  "${omit()}",
  "${schema.spec.names.map(x, x)}",
  "schema.spec.names",
  "a${schema.spec.names}",
  "${schema.spec.names}${schema.spec.names}",
  "",
  "${schema.spec.names +}",
];
const two = (name: string, more: string = NAMES) =>
  withSpec(many([{ x: NAMES }, { z: more }], name));

const CONDITIONS = [
  "${schema.spec.flag}",
  "${!schema.spec.flag}",
  "${schema.spec.?flag}",
  "${schema.spec.?flag.orValue(false)}",
  "${schema.spec.name}",
  "${schema.spec.free.x}",
  "${schema.spec.free.x == true}",
  "${dyn(true)}",
  "${null}",
  "${true}",
  "${1 == 1}",
  "${other.data.k == 'x'}",
  "${cm.data.k == 'x'}",
  "${cm.data.?k.orValue('') == 'x'}",
  "${cm.metadata.name != ''}",
  "${cm.dat == ''}",
  "${each.data.k == 'x'}",
  "${nope == 1}",
  "${runtime.x}",
  "${schema.spec.names.exists(n, n == 'a')}",
  "${schema.spec.names.all(cm, cm != '')}",
  "${omit()}",
  "schema.spec.flag",
  "${schema.spec.flag}\n",
  " ${schema.spec.flag}",
  "${schema.spec.flag}${schema.spec.flag}",
  "${schema.spec.flag && }",
  "",
  "true",
];
const node = (field: string, list: Json[]) =>
  withSpec(data("x", "other"), data("x", "cm", { [field]: list }));
const ready = (text: string) => withSpec(many([{ x: NAMES }], "n-${x}", { readyWhen: [text] }));

/** The test cases of forEach, includeWhen and readyWhen. */
export const collections: GraphCase[] = [
  ...each("forEach over", LISTS, over),
  ...cases({
    "both variables in the name": two("${x}-${z}"),
    "one variable missing": two("n-${x}"),
    "no variable": two("n"),
    "one variable in name, one in namespace": withSpec({
      id: "many",
      forEach: [{ x: NAMES }, { z: NAMES }],
      template: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "${x}", namespace: "${z}" },
      },
    }),
    "variables in one expression": two("${x + z}"),
    "variable only in labels": withSpec({
      id: "many",
      forEach: [{ x: NAMES }],
      template: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "a", labels: { a: "${x}" } },
      },
    }),
    "variable only as a macro's": withSpec(
      many([{ x: NAMES }], "${schema.spec.names.map(x, x)[0]}"),
    ),
    "dependent dimensions": two("${x}-${z}", "${[x]}"),
    "empty forEach": withSpec(many([], "a")),
    "variable of objects": withSpec(
      deployment("web"),
      many([{ x: "${web.spec.template.spec.containers}" }], "n-${x.name}"),
    ),
    "unknown field of a variable": withSpec(
      deployment("web"),
      many([{ x: "${web.spec.template.spec.containers}" }], "n-${x.nam}"),
    ),
    "variable of ints in a text": withSpec(many([{ x: "${[1, 2]}" }], "n-${x}")),
    "variable of ints made text": withSpec(many([{ x: "${[1, 2]}" }], "n-${string(x)}")),
    "variable of mixed items": withSpec(many([{ x: "${[1, 'a']}" }], "n-${x}")),
    "variable in another resource": withSpec(many([{ x: NAMES }]), data("${x}")),
    "variable in includeWhen": withSpec(
      many([{ x: NAMES }], "${x}", { includeWhen: ["${x == 'a'}"] }),
    ),
    "collection as an object": withSpec(many([{ x: NAMES }]), data("${many.metadata.name}")),
    "collection by index": withSpec(many([{ x: NAMES }]), data("${many[0].metadata.name}")),
    "collection mapped": withSpec(
      many([{ x: NAMES }]),
      data("${many.map(m, m.metadata.name).join(',')}"),
    ),
    "collection's size": withSpec(many([{ x: NAMES }]), data("${string(many.size())}")),
    "collection of cluster-scoped objects": withSpec(
      resource("ns", NAMESPACE, { metadata: { name: "${x}" } }, { forEach: [{ x: NAMES }] }),
    ),
    "several conditions": node("includeWhen", ["${schema.spec.flag}", "${schema.spec.count > 1}"]),
    "no conditions": node("includeWhen", []),
    "cycle by includeWhen": withSpec(
      data("x", "a", { includeWhen: ["${b.data.k == 'x'}"] }),
      data("${a.data.k}", "b"),
    ),
    "edge by includeWhen": withSpec(
      data("x", "a", { includeWhen: ["${b.data.k == 'x'}"] }),
      data("y", "b"),
    ),
    "edge by forEach": withSpec(many([{ x: "${other.data.k.split(',')}" }]), data("y", "other")),
    "no edge by readyWhen": withSpec(
      data("x", "a", { readyWhen: ["${a.data.k == 'x'}"] }),
      data("y", "b"),
    ),
    "readyWhen of a reference": withSpec(
      external({ name: "a" }, { readyWhen: ["${ext.data.k == 'x'}"] }),
    ),
    "includeWhen of a reference": withSpec(
      external({ name: "a" }, { includeWhen: ["${schema.spec.flag}"] }),
    ),
  }),
  ...each("includeWhen", CONDITIONS, (text) => node("includeWhen", [text])),
  ...each("readyWhen", CONDITIONS, (text) => node("readyWhen", [text])),
  ...each("readyWhen of a collection", [
    "${each.data.k == 'x'}",
    "${each.metadata.name != ''}",
    "${each.dat == ''}",
    "${size(many) > 0}",
    "${many.all(m, m.metadata.name != '')}",
    "${x == 'a'}",
    "${each.data.?k.hasValue()}",
    "${each}",
  ], ready),
];
