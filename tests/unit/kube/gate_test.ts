// Tests of a client with a gate, which decides whether the client may send requests. The client checks the
// gate before each request, and aborts requests in flight when the gate closes.
import assert from "node:assert/strict";
import { ApiError, type KindRef } from "../../../src/api/mod.ts";
import { connect, type KubeClient, type RequestGate } from "../../../src/kube/mod.ts";

const MAP: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const ref = { kind: MAP, namespace: "n", name: "m" };
const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "n", name: "m" } };
const by = { fieldManager: "test" };

/** A gate that rejects writes (or all requests, if `all` is set) for the reason `why`. */
class Gate implements RequestGate {
  why?: string;
  all = false;
  readonly closing = new AbortController();
  get writes() {
    return this.closing.signal;
  }
  withholds(write: boolean) {
    return write || this.all ? this.why : undefined;
  }
}

async function serving(
  handler: (request: Request) => Response | Promise<Response>,
  check: (client: KubeClient, gate: Gate, requests: Request[]) => Promise<void>,
): Promise<void> {
  const requests: Request[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    requests.push(request);
    return handler(request);
  });
  const config = { server: `http://127.0.0.1:${server.addr.port}`, namespace: "d", origin: "test" };
  const client = connect(config, { userAgent: "kro/test" });
  const gate = new Gate();
  try {
    await check(client.behind(gate), gate, requests);
  } finally {
    client.close();
  }
}

const withheld = (text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ApiError, String(error));
  assert.equal(error.reason, "Withheld");
  assert.match(error.message, text);
  return true;
};

Deno.test("a gate can withhold every kind of write, or all requests", async () => {
  await serving(() => Response.json(object), async (client, gate, requests) => {
    gate.why = "not now";
    const writes = [
      () => client.create(MAP, object, by),
      () => client.apply(ref, object, by),
      () => client.mergePatch(ref, {}, by),
      () => client.replace(ref, object, by),
      () => client.delete(ref),
    ];
    for (const write of writes) {
      await assert.rejects(write(), withheld(/ configmaps n\/m: not now$/));
    }
    assert.equal(requests.length, 0);
    assert.equal((await client.get(ref))?.kind, "ConfigMap");
    gate.all = true;
    await assert.rejects(client.get(ref), withheld(/^GET configmaps n\/m: not now$/));
    await assert.rejects(client.list(MAP), withheld(/^LIST/));
    await assert.rejects(client.raw("/version"), withheld(/^GET \/version/));
    const watch = client.watch(MAP, { resourceVersion: "1", signal: AbortSignal.timeout(60_000) });
    await assert.rejects(Array.fromAsync(watch), withheld(/^WATCH/));
    assert.equal(requests.length, 1);
  });
});

Deno.test("the gate is checked again before a retry", async () => {
  const later = () => new Response("{}", { status: 429, headers: { "retry-after": "0" } });
  await serving(later, async (client, gate, requests) => {
    const { withholds } = gate;
    gate.withholds = (write) => requests.length < 2 ? undefined : withholds.call(gate, write);
    gate.why = "lease lost";
    await assert.rejects(client.apply(ref, object, by), withheld(/lease lost/));
    assert.equal(requests.length, 2);
  });
});

Deno.test("an in-flight write is aborted when its gate closes; a later write behind an open gate succeeds", async () => {
  const reached = Promise.withResolvers<void>();
  const held = Promise.withResolvers<Response>();
  let first = true;
  const handler = () => {
    if (!first) return Response.json(object);
    first = false;
    reached.resolve();
    return held.promise;
  };
  await serving(handler, async (client, gate, requests) => {
    const write = client.apply(ref, object, by);
    await reached.promise;
    gate.closing.abort();
    // The client repeats a failed apply, except when the gate is closed, as in this test.
    await assert.rejects(write, withheld(/aborted before the answer came/));
    assert.equal(requests.length, 1);
    held.resolve(Response.json(object));
    const open = client.behind(new Gate());
    assert.equal((await open.apply(ref, object, by)).kind, "ConfigMap");
  });
});
