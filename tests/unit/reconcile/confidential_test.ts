/**
 * Tests that no message of a reconciliation contains a Secret's value. Error messages of CEL and of
 * the API server may quote the value, so kro must withhold them.
 */
import assert from "node:assert/strict";
import { ApiError, withoutAnswer } from "../../../src/api/mod.ts";
import { compileYaml, POD, SECRET, world } from "./fixtures.ts";
import { MemoryCluster, type MemoryOptions, reconcile } from "../../../src/reconcile/mod.ts";

const PLANTED = "S3cr3t!pw/with$igns";
const ENCODED = btoa(PLANTED);

const external = `
  - id: sec
    externalRef: {apiVersion: v1, kind: Secret, metadata: {name: db}}`;

function map(id: string, data: string, more = "", name = id): string {
  return `
  - id: ${id}
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "${name}"}, data: {a: "${data}"}}${more}`;
}

/** The methods of the cluster whose requests a test case can reject. */
type Verb = "apply" | "patch" | "getExternal" | "listCollection" | "listMembers" | "writeStatus";

/**
 * Returns a cluster whose method `verb` rejects every request, except for objects whose names start with
 * `kept`. The error message quotes the Secret's value and the request, because real API servers, webhooks and
 * policies may quote parts of an object as well.
 */
function quoting(options: MemoryOptions, verb: Verb): MemoryCluster {
  const cluster = new MemoryCluster(options);
  const send = cluster[verb].bind(cluster) as (...args: unknown[]) => Promise<unknown>;
  const refuse = (...args: unknown[]) => {
    const { name = "" } = args[0] as { name?: string };
    if (name.startsWith("kept")) return send(...args);
    const answer = `denied: password ${PLANTED} of ${JSON.stringify(args)} is 'weak'`;
    const causes = [{ field: `data[${PLANTED}].x`, message: answer }, { field: "metadata.labels" }];
    return Promise.reject(
      new ApiError(`${verb} configmaps ${name}: ${answer}`, {
        reason: "Invalid",
        code: 422,
        answer,
        causes,
      }),
    );
  };
  return Object.assign(cluster, { [verb]: refuse });
}

/**
 * Reconciles an instance once, and returns the outcome and the instance's status as JSON. With
 * `isDeleted`, the instance is being deleted.
 */
async function outcomeOf(
  resources: string,
  { schema = "{}", refuses = "apply", isDeleted = false, hasGraph = true }: Options = {},
): Promise<string> {
  const w = await world(`schema: ${schema}\nresources:${resources}`, {
    makeCluster: (o) => quoting(o, refuses),
  });
  w.cluster.put(SECRET, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "db", namespace: "default" },
    data: { password: ENCODED, pod: btoa("kept-pod") },
  });
  const meta = { name: "kept-pod", namespace: "default" };
  const status = { phase: PLANTED };
  w.cluster.put(POD, { apiVersion: "v1", kind: "Pod", metadata: meta, status });
  w.create();
  if (isDeleted) {
    await w.pass();
    w.cluster.evict(w.ref());
  }
  const noGraph = { instance: w.kind, unresolved: "revision 2 failed" };
  const outcome = hasGraph
    ? await w.pass()
    : await reconcile(noGraph, w.instance(), w.cluster, w.context);
  const { instance, ...rest } = outcome;
  return JSON.stringify([rest, instance?.status]);
}

interface Options {
  /** The schema of the RGD, as YAML. */
  schema?: string;
  /** The verb of the requests that the cluster rejects; `apply` by default. */
  refuses?: Verb;
  /** Whether the instance is being deleted. */
  isDeleted?: boolean;
  /** Whether the graph is known during the tested reconciliation; true by default. */
  hasGraph?: boolean;
}

const read = "${string(sec.data.password)}";
const cases: Record<string, [resources: string, kept: RegExp, options?: Options]> = {
  "a refusal of an object that reads the Secret": [
    external + map("cm", read),
    /apply configmaps cm: Invalid \(HTTP 422\) in data, metadata\.labels; the cause is withheld/,
  ],
  "a refusal of an object that reads the Secret through another": [
    external + map("kept", read) + map("cm", "${kept.data.a}"),
    /the cause is withheld/,
  ],
  "a refusal of an item of a collection": [
    external + map("cm", read, `\n    forEach: [{x: "\${['a']}"}]`, "${x}"),
    /the cause is withheld/,
  ],
  "a conversion that CEL refuses": [
    external + map("cm", "${string(int(string(sec.data.password)))}"),
    /int\(string\(sec\.data\.password\)\)\)\\": the cause is withheld/,
  ],
  "a missing key": [
    external + map("cm", "${{'a': 'b'}[string(sec.data.password)]}"),
    /the cause is withheld/,
  ],
  "an includeWhen that fails": [
    external +
    map("cm", "b", `\n    includeWhen: ["\${int(string(sec.data.password)) == 1}"]`),
    /the cause is withheld/,
  ],
  "a readyWhen that fails": [
    external + map("kept", read, `\n    readyWhen: ["\${int(kept.data.a) == 1}"]`),
    /readyWhen.*the cause is withheld/,
  ],
  "a field of the status that fails": [
    external + map("kept", "b"),
    /the cause is withheld/,
    { schema: `{status: {x: "\${int(string(sec.data.password))}"}}` },
  ],
  "a condition of the RGD's author that fails": [
    external + map("kept", "b"),
    /"next":\{"kind":"retry","error":.*string.*: the cause is withheld/,
    {
      schema: `{status: {conditions: ["\${runtime.newCondition({type: 'A', ` +
        `status: string(int(string(sec.data.password)))})}"]}}`,
    },
  ],
  "a readyWhen that waits for data": [
    external + map("kept", read, `\n    readyWhen: ["\${{'a': true}[kept.data.a]}"]`),
    /readyWhen.*the cause is withheld[^"]*\(waiting for readiness\)/,
  ],
  "a readyWhen that shows values of the status": [
    `${external}
  - id: pod
    externalRef: {apiVersion: v1, kind: Pod, metadata: {name: "\${string(sec.data.pod)}"}}
    readyWhen: ["\${pod.status.phase == 'Running'}"]`,
    /evaluated to false: \\"pod\.status\.phase == 'Running'\\" \(waiting for readiness\)"/,
  ],
  "a label selector that is invalid": [
    `${external}
  - id: maps
    externalRef:
      apiVersion: v1
      kind: ConfigMap
      metadata: {selector: {matchLabels: {a: "${read}"}}}`,
    /invalid label selector for maps: the cause is withheld/,
  ],
  "a refusal to read the Secret": [
    external,
    /getExternal configmaps db: Invalid \(HTTP 422\).*the cause is withheld/,
    { refuses: "getExternal" },
  ],
  "a refusal to list a collection that reads the Secret": [
    external + map("kept", read, `\n    forEach: [{x: "\${['kept']}"}]`, "${x}"),
    /listCollection configmaps .*the cause is withheld/,
    { refuses: "listCollection" },
  ],
  "a refusal to list the objects to prune": [
    external + map("kept", read),
    /list orphans failed: listMembers.*the cause is withheld/,
    { refuses: "listMembers" },
  ],
  "a refusal to list the objects to delete": [
    external + map("kept", read),
    /deletion blocked: listMembers.*the cause is withheld/,
    { refuses: "listMembers", isDeleted: true },
  ],
  "a refusal to list the objects to delete, without a graph": [
    map("kept", "b"),
    /deletion blocked: listMembers.*the cause is withheld/,
    { refuses: "listMembers", isDeleted: true, hasGraph: false },
  ],
  "a refusal of the status without a graph": [
    map("kept", "b"),
    /failed to write the status: .*the cause is withheld/,
    { refuses: "writeStatus", hasGraph: false },
  ],
  "a refusal of the finalizer, by a webhook that quotes the instance's status": [
    external + map("kept", read),
    /finalizer\/labeling failed: patch configmaps demo: Invalid.*the cause is withheld/,
    { refuses: "patch" },
  ],
  "an annotation that the API server refuses": [
    `${external}
  - id: cm
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: cm, annotations: {a: "${read}"}}`,
    /apply configmaps cm: Invalid.*the cause is withheld/,
  ],
  "a conversion of a value in a collection of Secrets": [
    `
  - id: secs
    externalRef: {apiVersion: v1, kind: Secret, metadata: {selector: {}}}` +
    map("cm", "${string(int(string(secs[0].data.password)))}"),
    /the cause is withheld/,
  ],
  "a conversion in an iteration over a collection of Secrets": [
    `
  - id: secs
    externalRef: {apiVersion: v1, kind: Secret, metadata: {selector: {}}}` +
    map(
      "cm",
      "${string(int(string(s.data.password)))}",
      `\n    forEach: [{s: "\${secs}"}]`,
      "${s.metadata.name}",
    ),
    /the cause is withheld/,
  ],
  "a name that is computed from the Secret's value": [
    external + map("cm", "b", "", "${{'a': 'b'}[string(sec.data.password)]}"),
    /the cause is withheld/,
  ],
  "a forEach that fails": [
    external +
    map(
      "cm",
      "b",
      `\n    forEach: [{x: "\${[int(string(sec.data.password))].map(i, string(i))}"}]`,
      "${x}",
    ),
    /the cause is withheld/,
  ],
  "a refusal of the status": [
    external + map("kept", read),
    /failed to write the status: .*the cause is withheld/,
    { refuses: "writeStatus" },
  ],
};

for (const [name, [resources, kept, options]] of Object.entries(cases)) {
  Deno.test(`${name} does not quote the value`, async () => {
    const text = await outcomeOf(resources, options);
    for (const value of [PLANTED, ENCODED, "S3cr3t", "igns"]) {
      assert.ok(!text.includes(value), text);
    }
    assert.match(text, kept);
  });
}

Deno.test("a refusal of an object that reads only the Secret's name is shown in full", async () => {
  const text = await outcomeOf(external + map("cm", "${sec.metadata.name}"));
  assert.match(text, /is 'weak'/);
});

Deno.test("refusals in a graph without Secrets are shown in full", async () => {
  for (const refuses of ["listMembers", "writeStatus"] as const) {
    assert.match(await outcomeOf(map("kept", "b"), { refuses }), /is 'weak'/, refuses);
  }
});

Deno.test("a field that another manager reverts is named without the keys that a Secret's value gives", async () => {
  const field = `data["${PLANTED}"].x`;
  const w = await world(`resources:${external}${map("cm", read)}${map("other", "b")}`, {
    makeCluster: (options) => {
      const cluster = new MemoryCluster(options);
      const apply = cluster.apply.bind(cluster);
      return Object.assign(cluster, {
        apply: async (...args: Parameters<typeof apply>) => ({
          ...await apply(...args),
          reverted: { field, manager: "other", dueMs: 1 },
        }),
      });
    },
  });
  w.cluster.put(SECRET, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "db", namespace: "default" },
    data: { password: ENCODED },
  });
  w.create();
  const { nodes, instance } = await w.pass();
  const text = JSON.stringify([nodes, instance?.status]);
  assert.match(text, /default\/cm: field manager \\"other\\" keeps reverting data;/);
  // The message of a node that does not depend on the Secret contains the whole field path.
  assert.match(text, /default\/other: field manager \\"other\\" keeps reverting data\[/);
  assert.equal(text.split(PLANTED).length - 1, text.split("default/other: field").length - 1);
});

Deno.test("a Secret and its readers are confidential, their neighbors are not", async () => {
  const { graph } = await compileYaml(
    `resources:${external}${map("a", read)}${map("b", "${a.data.a}")}${
      map("c", "${a.metadata.name}")
    }${map("d", "x")}`,
  );
  const found = [...graph.nodes.values()].filter((n) => n.confidential).map((n) => n.id);
  // The node `c` reads only the name of the object of `a`, but is confidential too: because another
  // expression reads the data of `a`, kro treats all nodes that depend on `a` as confidential.
  assert.deepEqual(found.sort(), ["a", "b", "c", "sec"]);
});

Deno.test("withoutAnswer keeps kro's own messages, and the request of the API server's", () => {
  const own = new ApiError("get pods a: no answer", { reason: "Timeout" });
  assert.equal(withoutAnswer(own), "get pods a: no answer");
  const answer = "secret";
  const wrapped = new ApiError("other form", { reason: "Invalid", answer });
  assert.match(withoutAnswer(wrapped), /^Invalid; the cause is withheld/);
});

Deno.test("withoutAnswer keeps the message about a missing permission, but not that of a webhook or a policy", () => {
  const text = (answer: string) =>
    withoutAnswer(
      new ApiError(`apply secrets ns/a: ${answer}`, { reason: "Forbidden", code: 403, answer }),
    );
  const tail = 'cannot delete resource "secrets" in API group "" in the namespace "ns"';
  for (const about of ['secrets "a"', "secrets", 'deployments.apps "a"']) {
    const answer = `${about} is forbidden: User "kro" ${tail}`;
    assert.equal(text(answer), `apply secrets ns/a: ${answer}`);
  }
  for (
    const answer of [
      `admission webhook "w" denied the request: secrets "a" is forbidden: User "kro" ${tail} hidden`,
      `secrets "a" is forbidden: ValidatingAdmissionPolicy 'p' denied request: User "kro" ${tail} hidden`,
      'secrets "a" is forbidden: exceeded quota: hidden',
      `secrets "hidden" x is forbidden: User "kro" ${tail}`,
    ]
  ) {
    assert.doesNotMatch(text(answer), /hidden/);
  }
});
