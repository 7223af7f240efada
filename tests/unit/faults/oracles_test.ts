/**
 * Tests of the oracles: the functions with which fault tests search the recorded API requests for violations
 * of a rule. Each oracle must find a violation in a record, and must find nothing in the same record without
 * the violation.
 */
import assert from "node:assert/strict";
import { Annotation, type KubeObject, Label } from "../../../src/api/mod.ts";
import {
  doubled,
  late,
  leaked,
  missed,
  orphans,
  stale,
  swollen,
  unclean,
  uncovered,
  unled,
  unquiet,
  writes,
} from "../../faults/oracles.ts";
import type { Entry } from "../../faults/proxy/mod.ts";
import { differences, stateOf } from "../../faults/state.ts";

const ID = "applyset-x-v1";
let number = 0;

/** Returns a recorded API request. `answer` is the body of its response. */
function entry(
  verb: string,
  resource: string,
  answer: unknown,
  more: Partial<Entry> = {},
): Entry {
  const order = ++number;
  const name = (answer as KubeObject)?.metadata?.name ?? more.name ?? "";
  return {
    number: order,
    order,
    client: "kro",
    agent: "kro/devel",
    method: "",
    authorization: "",
    path: `/${resource}/${name}`,
    body: "",
    fault: "pass",
    verb,
    group: "",
    resource,
    subresource: "",
    namespace: "ns",
    name,
    began: order * 1000,
    ended: order * 1000 + 10,
    status: 200,
    answer: JSON.stringify(answer),
    ...more,
  };
}

function instance(
  at: number,
  kinds: string,
  more: Partial<KubeObject["metadata"]> = {},
): KubeObject {
  return {
    apiVersion: "x/v1",
    kind: "App",
    metadata: {
      name: "app",
      namespace: "ns",
      uid: "u1",
      resourceVersion: String(at),
      labels: { [Label.applySetId]: ID },
      annotations: { [Annotation.groupKinds]: kinds, [Annotation.namespaces]: "" },
      finalizers: ["kro.run/finalizer"],
      ...more,
    },
  };
}

function child(at: number, kind = "ConfigMap", namespace = "ns"): KubeObject {
  const labels = { [Label.applySetPartOf]: ID, [Label.instanceId]: "u1" };
  const resourceVersion = String(at);
  const metadata = { name: "child", namespace, uid: "u2", resourceVersion, labels };
  return { apiVersion: "v1", kind, metadata };
}

const gone = { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: [] };
const deleted = () => entry("delete", "configmaps", { kind: "Status" }, { name: "child" });

/**
 * Test cases of the oracle `uncovered`, which reports each write after which a child object has no instance,
 * or after which the instance's inventory lacks the child's kind or namespace. Each case has a record of the
 * requests for one child object, and the violations that the oracle must find in the record.
 */
const stories: { title: string; record: () => Entry[]; finds: RegExp[] }[] = [
  {
    title: "named, made, deleted, named no more, gone",
    record: () => [
      entry("patch", "apps", instance(1, "ConfigMap")),
      entry("apply", "configmaps", child(2)),
      deleted(),
      entry("patch", "apps", instance(3, "")),
      entry("patch", "apps", instance(4, "", gone)),
    ],
    finds: [],
  },
  {
    title: "the last answers about what is deleted show it as it was",
    record: () => [
      entry("patch", "apps", instance(1, "ConfigMap")),
      entry("apply", "configmaps", child(5)),
      entry("delete", "configmaps", child(5)),
      entry("patch", "apps", instance(4, "ConfigMap", gone)),
    ],
    finds: [],
  },
  {
    title: "made before it was named",
    record: () => [
      entry("patch", "apps", instance(1, "")),
      entry("apply", "configmaps", child(2)),
      entry("patch", "apps", instance(3, "ConfigMap")),
    ],
    finds: [/child was not in the inventory after apply/],
  },
  {
    title: "answers came in another order than the server worked in",
    record: () => [
      entry("apply", "configmaps", child(2)),
      entry("patch", "apps", instance(1, "ConfigMap")),
    ],
    finds: [],
  },
  {
    title: "named no more while it lives",
    record: () => [
      entry("patch", "apps", instance(1, "ConfigMap")),
      entry("apply", "configmaps", child(2)),
      entry("patch", "apps", instance(3, "")),
      deleted(),
    ],
    finds: [/child was not in the inventory after patch/],
  },
  {
    title: "in a namespace that is not named",
    record: () => [
      entry("patch", "apps", instance(1, "ConfigMap")),
      entry("apply", "configmaps", child(2, "ConfigMap", "other"), { namespace: "other" }),
    ],
    finds: [/other\/child was not in the inventory/],
  },
  {
    title: "outlives its instance",
    record: () => [
      entry("patch", "apps", instance(1, "ConfigMap")),
      entry("apply", "configmaps", child(2)),
      entry("patch", "apps", instance(3, "ConfigMap", gone)),
    ],
    finds: [/child had no instance after patch/],
  },
  {
    title: "a user's edit of the label part-of changes no owner",
    record: () => {
      const edited = child(3);
      edited.metadata.labels![Label.applySetPartOf] = "another";
      return [
        entry("patch", "apps", instance(1, "ConfigMap")),
        entry("apply", "configmaps", child(2)),
        entry("patch", "configmaps", edited, { client: "user" }),
        entry("patch", "apps", instance(4, "")),
      ];
    },
    finds: [/child was not in the inventory after patch/],
  },
  {
    title: "a refused write makes nothing",
    record: () => [
      entry("patch", "apps", instance(1, "")),
      entry("apply", "configmaps", { kind: "Status" }, { status: 409 }),
    ],
    finds: [],
  },
];

for (const { title, record, finds } of stories) {
  Deno.test(`coverage: ${title}`, () => {
    const found = uncovered(record());
    assert.equal(found.length, finds.length, found.join("\n"));
    finds.forEach((pattern, i) => assert.match(found[i]!, pattern));
  });
}

Deno.test("orphans: an object whose instance is not there", () => {
  assert.deepEqual(orphans([instance(1, ""), child(2)]), []);
  assert.deepEqual(orphans([child(2)]), ["ConfigMap ns/child has no instance any more"]);
});

Deno.test("quiescence: a write after everything was done, be it without effect", () => {
  const record = [
    entry("apply", "configmaps", child(2)),
    entry("list", "configmaps", {}),
    entry("update", "leases", {}),
    entry("apply", "configmaps", child(2), { path: "/x?dryRun=All" }),
    entry("apply", "configmaps", child(2), { client: "user" }),
  ];
  assert.deepEqual(unquiet(record, ["kro"], record[1]!.began), []);
  assert.equal(writes(record, ["kro"], 0).length, 1);
  const again = entry("apply", "configmaps", child(2));
  assert.match(unquiet([...record, again], ["kro"], record[1]!.began)[0]!, /apply \/configmaps/);
});

Deno.test("leadership: a write after another one took the Lease, or after it ran out", () => {
  const lease = (client: string, holderIdentity: string) => {
    const spec = { holderIdentity, leaseDurationSeconds: 3 };
    const metadata = { name: "controller.kro.run" };
    return entry("update", "leases", { metadata, spec }, { client });
  };
  const write = (client: string, more: Partial<Entry> = {}) =>
    entry("apply", "configmaps", child(2), { client, ...more });
  const clients = ["a", "b"];
  assert.deepEqual(unled([lease("a", "A"), write("a"), lease("b", "B"), write("b")], clients), []);
  const stolen = unled([lease("a", "A"), lease("b", "B"), write("a")], clients);
  assert.match(stolen[0]!, /a wrote without the Lease/);
  const first = lease("a", "A");
  const tooLate = write("a", { began: first.ended! + 3001 });
  assert.equal(unled([first, tooLate], clients).length, 1);
  assert.equal(unled([write("a")], clients).length, 1);
  assert.equal(unled([lease("a", "A"), lease("a", ""), write("a")], clients).length, 1);
  const status = { kind: "Status", details: { name: "controller.kro.run" } };
  const removal = entry("delete", "leases", status, { client: "user" });
  assert.deepEqual(unled([lease("a", "A"), removal, write("a")], clients), []);
  assert.equal(unled([lease("a", "A"), removal, lease("b", "B"), write("a")], clients).length, 1);
});

Deno.test("stale answers: a list from whatever cache the server likes", () => {
  const list = (path: string) => entry("list", "configmaps", {}, { path });
  const fresh = [list("/x?limit=500"), list("/x?watch=true&resourceVersion=05")];
  assert.deepEqual(stale(fresh, ["kro"]), []);
  assert.equal(stale([list("/x?resourceVersion=0&limit=500")], ["kro"]).length, 1);
});

Deno.test("leaks: more descriptors than before", () => {
  assert.deepEqual(leaked("file descriptors", 20, 25), []);
  assert.equal(leaked("file descriptors", 20, 60).length, 1);
});

Deno.test("leaks: memory that does not come back, a second watch of a kind", () => {
  const mib = 2 ** 20;
  assert.deepEqual(swollen(100 * mib, 200 * mib), []);
  assert.deepEqual(swollen(100 * mib, 220 * mib), ["memory grew from 100 MiB to 220 MiB"]);
  assert.deepEqual(doubled("kro", ["secrets", "configmaps"]), []);
  assert.deepEqual(doubled("kro", ["secrets", "configmaps", "secrets"]), [
    "kro has 2 watches of secrets",
  ]);
});

Deno.test("missed events: a sweep that found something", () => {
  const line = (message: string) => JSON.stringify({ level: "WARN", message });
  assert.deepEqual(missed(`${line("resync of Secret failed: x")}\n`), []);
  const told = "the watch of Secret missed 3 changes, found by the resync";
  assert.deepEqual(missed(`${line("ok")}\n${line(told)}\n`), [
    `a sweep found what events missed: ${told}`,
  ]);
});

Deno.test("a clean log: what is no line of the log is found", () => {
  const line = JSON.stringify({ level: "INFO", message: "ok" });
  assert.deepEqual(unclean(`${line}\n${line}\n`), []);
  assert.deepEqual(unclean(`${line}\nerror: cannot reach k:6443\n`), []);
  const found = unclean(`${line}\nerror: Uncaught (in promise) Error: x\n`);
  assert.deepEqual(found, ["in the log: error: Uncaught (in promise) Error: x"]);
});

Deno.test("time: more than three times the fault-free run and the fault's own", () => {
  assert.deepEqual(late(3500, { faultFree: 1000, own: 500 }), []);
  assert.deepEqual(late(3501, { faultFree: 1000, own: 500 }), [
    "it took 3.5 s, more than 3.5 s",
  ]);
});

/**
 * Returns an instance and its child object from one copy of the test graphs. `life` is the name of this copy,
 * such as `l01`, which the names of both objects contain.
 */
function lived(life: string, more: { data?: unknown; uid?: string; index?: number } = {}) {
  const uid = `${more.index ?? 1}2345678-1234-1234-1234-123456789012`;
  const name = `chain-${life}`;
  const map = child(Math.random() * 1000);
  map.metadata = {
    ...map.metadata,
    name: `${name}-first`,
    namespace: name,
    labels: { [Label.instanceId]: more.uid ?? uid },
  };
  map.data = more.data ?? { text: "one" };
  const parent = instance(Math.random() * 1000, "ConfigMap", { name, namespace: name, uid });
  return [parent, map] as KubeObject[];
}

Deno.test("end state: names, uids, times and revisions of a life do not count", () => {
  const expected = stateOf(lived("l01"), "l01");
  assert.deepEqual(differences(expected, stateOf(lived("l02", { index: 9 }), "l02")), []);
  assert.equal(Object.keys(expected).length, 2);
});

Deno.test("end state: a field, an object too few or too many, and a wrong owner are found", () => {
  const expected = stateOf(lived("l01"), "l01");
  const found = (objects: KubeObject[]) => differences(expected, stateOf(objects, "l02"));
  const [parent, map] = lived("l02") as [KubeObject, KubeObject];
  assert.match(found(lived("l02", { data: { text: "two" } }))[0]!, /\.data\.text is "two"/);
  assert.match(found([parent])[0]!, /chain-first is missing/);
  const more = { ...map, metadata: { ...map.metadata, name: "chain-l02-more" } };
  assert.match(found([parent, map, more])[0]!, /chain-more is there and should not be/);
  const stray = lived("l02", { uid: "92345678-1234-1234-1234-123456789012" });
  assert.match(found(stray)[0]!, /instance-id is "uid of something else"/);
});
