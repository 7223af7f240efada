/**
 * Tests that the Kubernetes client accepts only the responses of an API server. A proxy between them may send
 * other responses.
 */
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
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
