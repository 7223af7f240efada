/**
 * Tests that the Kubernetes client accepts only the responses of an API server. A proxy between them may send
 * other responses.
 */
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import { toEvent } from "../../../src/kube/watch.ts";
import { pods, serving } from "./serving.ts";

Deno.test("list rejects JSON that is not a list", async () => {
  for (
    const text of ["{}", "null", "[]", '{"kind":"Status"}', '{"kind":"PodList","items":3}', ""]
  ) {
    await serving(() => new Response(text), async ({ client }) => {
      await assert.rejects(
        client.list(pods),
        (e) => e instanceof ApiError && /^LIST pods: the answer is /.test(e.message),
        text,
      );
    });
  }
  for (const text of ['{"kind":"PodList"}', '{"kind":"PodList","items":null}']) {
    await serving(() => new Response(text), async ({ client }) => {
      assert.deepEqual((await client.list(pods)).items, []);
    });
  }
});

/** Metadata with a field of a wrong type, which an aggregated API may send. */
const MALFORMED: unknown[] = [
  null,
  [],
  ...["name", "namespace", "uid", "resourceVersion", "generateName", "deletionTimestamp"].flatMap(
    (field) => [{ [field]: 5 }, { [field]: {} }],
  ),
  { creationTimestamp: 5 },
  { generation: "1" },
  ...["labels", "annotations"].flatMap((field) =>
    ["a", ["a"], { a: 5 }, { a: null }].map((value) => ({ [field]: value }))
  ),
  ...["finalizers", "ownerReferences", "managedFields"].flatMap((field) =>
    ["a", {}, [null], [5]].map((value) => ({ [field]: value }))
  ),
  { ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "a" }] },
  { managedFields: [{ manager: 5 }] },
  { managedFields: [{ fieldsV1: "f:a" }] },
];

Deno.test("objects whose metadata has a wrong type are refused in lists, watches and single responses", async () => {
  for (const metadata of MALFORMED) {
    const text = JSON.stringify(metadata);
    const object = { kind: "Pod", apiVersion: "v1", metadata };
    const line = JSON.stringify({ type: "ADDED", object });
    assert.throws(() => toEvent("WATCH pods", line), /malformed watch event/, text);
    await serving(
      (request) =>
        Response.json(
          request.url.includes("limit=") ? { kind: "PodList", items: [object] } : object,
        ),
      async ({ client }) => {
        await assert.rejects(client.list(pods), {
          message: "LIST pods: the answer is a list with a malformed object",
        }, text);
        await assert.rejects(client.get({ kind: pods, namespace: "x", name: "y" }), {
          message: "GET pods x/y: the answer is not an object",
        }, text);
      },
    );
  }
  for (const item of [null, 5, "a", {}]) {
    await serving(() => Response.json({ kind: "PodList", items: [item] }), async ({ client }) => {
      await assert.rejects(client.list(pods), { message: /malformed object$/ });
    });
  }
});

Deno.test("a list whose own metadata has a wrong type is refused", async () => {
  for (const metadata of [{ resourceVersion: 5 }, { continue: { a: 1 } }]) {
    await serving(() => Response.json({ kind: "PodList", metadata }), async ({ client }) => {
      await assert.rejects(client.list(pods), {
        message: "LIST pods: the answer is a list with malformed metadata",
      });
    });
  }
});

Deno.test("a field of the metadata that is null is absent", async () => {
  const metadata = { name: "y", labels: null, finalizers: null, creationTimestamp: null };
  await serving(() => Response.json({ kind: "Pod", metadata }), async ({ client }) => {
    const found = await client.get({ kind: pods, namespace: "x", name: "y" });
    assert.deepEqual(found?.metadata, { name: "y", creationTimestamp: null });
  });
});

Deno.test("get and patch reject JSON that is not an object", async () => {
  const status = '{"kind":"Status","metadata":{},"status":"Success"}';
  for (
    const text of ["{}", "null", "[]", '{"kind":"Pod"}', '{"kind":"Pod","metadata":3}', status]
  ) {
    await serving(() => new Response(text), async ({ client }) => {
      const ref = { kind: pods, namespace: "x", name: "y" };
      const patch = () => client.mergePatch(ref, {}, { fieldManager: "x" });
      for (const send of [() => client.get(ref), patch]) {
        await assert.rejects(
          send,
          (e) => e instanceof ApiError && /pods x\/y: the answer is not an object$/.test(e.message),
          text,
        );
      }
    });
  }
});

Deno.test("delete succeeds only if the response is about the object", async () => {
  const ref = { kind: pods, namespace: "x", name: "y" };
  const unrelated = [
    "",
    "{}",
    "null",
    "[]",
    '{"kind":"Status","status":"Success"}',
    '{"kind":"Status","status":"Success","details":{"name":"z"}}',
    '{"kind":"Pod","metadata":{"name":"z"}}',
    "<html></html>",
  ];
  for (const text of unrelated) {
    await serving(() => new Response(text), async ({ client }) => {
      await assert.rejects(
        client.delete(ref),
        (e) => e instanceof ApiError && /^DELETE pods x\/y: the answer is /.test(e.message),
        text,
      );
    });
  }
  const accepted = [
    '{"kind":"Status","status":"Success","details":{"name":"y","kind":"pods","uid":"1"}}',
    '{"kind":"Pod","metadata":{"name":"y","deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{}}',
  ];
  for (const text of accepted) {
    await serving(() => new Response(text), ({ client }) => client.delete(ref));
  }
});

Deno.test("a response larger than 32 MiB is aborted before it fills the memory", async () => {
  const mib = new Uint8Array(2 ** 20).fill(97);
  for (const length of [undefined, String(100 * 2 ** 20)]) {
    let sent = 0;
    await serving(
      () => {
        const body = new ReadableStream({
          pull(controller) {
            controller.enqueue(mib);
            if (++sent === 100) controller.close();
          },
        });
        return new Response(body, { headers: length ? { "content-length": length } : {} });
      },
      async ({ client, requests }) => {
        await assert.rejects(client.get({ kind: pods, namespace: "a", name: "b" }), {
          message: "GET pods a/b: an answer of more than 32 MiB",
          reason: "Other",
        });
        assert.equal(requests.length, 1);
        assert.ok(sent < 60, `${sent} MiB were sent`);
        // The client must release the connection of the rejected response, so that it can send the next
        // request.
        sent = 99;
        await assert.rejects(client.get({ kind: pods, namespace: "a", name: "b" }), ApiError);
      },
    );
  }
});

Deno.test("list repeats a page that is too large with a smaller limit, and returns every object", async () => {
  const count = 150;
  const text = "x".repeat(2 ** 20);
  const names = Array.from({ length: count }, (_, i) => `p${i}`);
  await serving((request) => {
    const query = new URL(request.url).searchParams;
    const from = Number(query.get("continue") ?? 0);
    const to = Math.min(from + Number(query.get("limit")), count);
    const items = names.slice(from, to).map((name) => ({ metadata: { name }, text }));
    const more = to < count ? { continue: String(to) } : {};
    return Response.json({ kind: "PodList", metadata: more, items });
  }, async ({ client, requests }) => {
    const { items } = await client.list(pods);
    assert.deepEqual(items.map((item) => item.metadata.name), names);
    const limits = requests.map((request) => new URL(request.url).searchParams.get("limit"));
    assert.deepEqual(limits, ["500", "125", "32", "32", "32", "32", "32"]);
  });
});
