/**
 * Tests that no message of a reconciliation contains a Secret's value. Error messages of CEL and of
 * the API server may quote the value, so kro must withhold them.
 */
import assert from "node:assert/strict";
import { ApiError, type KubeObject, type ObjectRef, withoutAnswer } from "../../../src/api/mod.ts";
import { compileYaml, SECRET, world } from "./fixtures.ts";
import { MemoryCluster } from "../../../src/reconcile/mod.ts";

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

/**
 * A cluster that rejects writes with an error message that quotes the whole object. Real API
 * servers, webhooks and policies may quote parts of an object.
 */
class Quoting extends MemoryCluster {
  override apply(
    ref: ObjectRef,
    object: KubeObject,
    options: Parameters<MemoryCluster["apply"]>[2],
  ): ReturnType<MemoryCluster["apply"]> {
    if (ref.name.startsWith("kept")) return super.apply(ref, object, options);
    const answer = `denied: password ${JSON.stringify(object)} is 'weak'`;
    const causes = [{ field: `data[${PLANTED}].x`, message: answer }, { field: "metadata.labels" }];
    return Promise.reject(
      new ApiError(`apply configmaps ${ref.name}: ${answer}`, {
        reason: "Invalid",
        code: 422,
        answer,
        causes,
      }),
    );
  }
}

async function outcomeOf(resources: string, schema = "{}"): Promise<string> {
  const w = await world(`schema: ${schema}\nresources:${resources}`, {
    makeCluster: (o) => new Quoting(o),
  });
  w.cluster.put(SECRET, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "db", namespace: "default" },
    data: { password: ENCODED },
  });
  w.create();
  const outcome = await w.pass();
  const { instance, ...rest } = outcome;
  return JSON.stringify([rest, instance?.status]);
}

const read = "${string(sec.data.password)}";
const cases: Record<string, [resources: string, kept: RegExp, schema?: string]> = {
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
    `{status: {x: "\${int(string(sec.data.password))}"}}`,
  ],
};

for (const [name, [resources, kept, schema]] of Object.entries(cases)) {
  Deno.test(`${name} does not quote the value`, async () => {
    const text = await outcomeOf(resources, schema);
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

Deno.test("a Secret and its readers are confidential, their neighbors are not", async () => {
  const { graph } = await compileYaml(
    `resources:${external}${map("a", read)}${map("b", "${a.data.a}")}${
      map("c", "${a.metadata.name}")
    }${map("d", "x")}`,
  );
  const found = [...graph.nodes.values()].filter((n) => n.confidential).map((n) => n.id);
  // `c` reads only the name of `a`, but is confidential too: if one expression of the graph reads
  // the data of `a`, all nodes that depend on `a` are confidential.
  assert.deepEqual(found.sort(), ["a", "b", "c", "sec"]);
});

Deno.test("withoutAnswer keeps kro's own messages, and the request of the API server's", () => {
  const own = new ApiError("get pods a: no answer", { reason: "Timeout" });
  assert.equal(withoutAnswer(own), "get pods a: no answer");
  const answer = "secret";
  const wrapped = new ApiError("other form", { reason: "Invalid", answer });
  assert.match(withoutAnswer(wrapped), /^Invalid; the cause is withheld/);
});
