// The client on a real API server: writes and their refusals, watches, discovery, leases.
import assert from "node:assert/strict";
import {
  ApiError,
  CRD_KIND,
  isNotFound,
  type KindRef,
  type KubeObject,
} from "../../src/api/mod.ts";
import {
  Backoff,
  connect,
  type ConnectOptions,
  Discovery,
  type KubeClient,
  LeaseHolder,
  type ListOptions,
  loadConfig,
  readLeases,
  Reflector,
  type RequestInfo,
  type WatchEvent,
} from "../../src/kube/mod.ts";
import { eventually, sharedControlPlane, testNamespace } from "../controlplane/testing.ts";

const CONFIG_MAP: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const by = { fieldManager: "kube-test" };

interface Session extends AsyncDisposable {
  client: KubeClient;
  infos: RequestInfo[];
  /** A namespace of the test's own. */
  namespace: string;
  configMap(name: string, data?: Record<string, string>): KubeObject;
  ref(name: string): { kind: KindRef; namespace: string; name: string };
}

/** A client, and a namespace that goes when the scope is left. */
async function session(options: Partial<ConnectOptions> = {}, as?: string): Promise<Session> {
  const space = await testNamespace("kube");
  const infos: RequestInfo[] = [];
  const client = await clientOf({ onRequest: (info) => infos.push(info), ...options }, as);
  const namespace = space.name;
  return {
    client,
    infos,
    namespace,
    configMap: (name, data) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name },
      ...(data && { data }),
    }),
    ref: (name) => ({ kind: CONFIG_MAP, namespace, name }),
    [Symbol.asyncDispose]: async () => {
      client.close();
      await space[Symbol.asyncDispose]();
    },
  };
}

async function clientOf(options: Partial<ConnectOptions> = {}, as?: string): Promise<KubeClient> {
  const { kubeconfig } = await sharedControlPlane();
  const config = await loadConfig({ kubeconfig });
  if (as) config.headers = { "impersonate-user": as };
  return connect(config, { userAgent: "kro-kube-test", ...options });
}

const refusedWith = (reason: string, message: RegExp) => (error: unknown): boolean => {
  assert.ok(error instanceof ApiError, String(error));
  assert.equal(error.reason, reason);
  assert.match(error.message, message);
  return true;
};

/** A CRD of a group of its own. */
function definition(group: string): KubeObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `kubetests.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "kubetests", singular: "kubetest", kind: "KubeTest", shortNames: ["kte"] },
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        },
      }],
    },
  };
}

/** A kind that the server has just learnt: it remembers nothing of it from before. */
async function freshKind(s: Session): Promise<{ kind: KindRef; object(name: string): KubeObject }> {
  const group = `${s.namespace}.example.com`;
  const crd = definition(group);
  await s.client.apply({ kind: CRD_KIND, name: crd.metadata.name! }, crd, by);
  const kind: KindRef = {
    group,
    version: "v1",
    kind: "KubeTest",
    plural: "kubetests",
    namespaced: true,
  };
  await eventually("the new kind", () => s.client.list(kind).catch(() => undefined));
  const object = (name: string): KubeObject => ({
    apiVersion: `${group}/v1`,
    kind: "KubeTest",
    metadata: { namespace: s.namespace, name },
  });
  return { kind, object };
}

Deno.test("an object is created, read, merged, replaced, deleted", async () => {
  await using s = await session();
  const { client, ref } = s;
  const created = await client.create(CONFIG_MAP, s.configMap("a", { x: "1" }), by);
  assert.equal(created.metadata.managedFields?.[0]?.manager, "kube-test");
  await assert.rejects(
    client.create(CONFIG_MAP, s.configMap("a"), by),
    refusedWith("AlreadyExists", new RegExp(`^CREATE configmaps ${s.namespace}/a: .*exists`)),
  );
  const merged = await client.mergePatch(ref("a"), { data: { x: null, y: "2" } }, by);
  assert.deepEqual(merged.data, { y: "2" });
  const replaced = await client.replace(ref("a"), { ...merged, data: { z: "3" } }, by);
  await assert.rejects(
    client.replace(ref("a"), { ...merged, data: {} }, by),
    refusedWith("Conflict", /the object has been modified/),
  );
  assert.deepEqual(await client.get(ref("a")), replaced);
  await assert.rejects(client.delete(ref("a"), { uid: "other" }), refusedWith("Conflict", /uid/i));
  await client.delete(ref("a"), { dryRun: true });
  await client.delete(ref("a"), { uid: replaced.metadata.uid, propagation: "Background" });
  assert.equal(await client.get(ref("a")), undefined);
  await assert.rejects(client.delete(ref("a")), isNotFound);
});

Deno.test("an apply against another manager's field is a conflict that names it, until forced", async () => {
  await using s = await session();
  const { client, ref } = s;
  await client.apply(ref("a"), s.configMap("a", { x: "1" }), by);
  const other = { fieldManager: "other" };
  await assert.rejects(client.apply(ref("a"), s.configMap("a", { x: "2" }), other), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.reason, "Conflict");
    assert.equal(error.causes[0]?.reason, "FieldManagerConflict");
    assert.equal(error.causes[0]?.field, ".data.x");
    return true;
  });
  const tried = await client.apply(ref("a"), s.configMap("a", { x: "2" }), {
    ...other,
    force: true,
    dryRun: true,
  });
  assert.deepEqual(tried.data, { x: "2" });
  assert.deepEqual((await client.get(ref("a")))?.data, { x: "1" });
  const forced = await client.apply(ref("a"), s.configMap("a", { x: "2" }), {
    ...other,
    force: true,
  });
  assert.deepEqual(forced.data, { x: "2" });
});

Deno.test("an invalid object is refused with the fields that are wrong", async () => {
  await using s = await session();
  const bad = s.configMap("Bad_Name");
  await assert.rejects(s.client.create(CONFIG_MAP, bad, by), (error) => {
    assert.ok(error instanceof ApiError && error.reason === "Invalid", String(error));
    assert.equal(error.causes[0]?.field, "metadata.name");
    return true;
  });
});

Deno.test("a refused right is Forbidden and names verb and object; an expired token is Unauthorized", async () => {
  const { kubeconfig } = await sharedControlPlane();
  const nobody = await clientOf({}, "nobody");
  await assert.rejects(
    nobody.get({ kind: CONFIG_MAP, namespace: "default", name: "x" }),
    refusedWith("Forbidden", /^GET configmaps default\/x: .*User "nobody" cannot get/),
  );
  nobody.close();
  const config = await loadConfig({ kubeconfig });
  const host = new URL(config.server).host;
  const expired = connect({ ...config, authorization: () => Promise.resolve("Bearer old") }, {
    userAgent: "kro-kube-test",
  });
  await assert.rejects(
    expired.list(CONFIG_MAP),
    refusedWith(
      "Unauthorized",
      new RegExp(`at ${host} with the credentials of ${kubeconfig}: Unauth`),
    ),
  );
  expired.close();
});

Deno.test("lists come in pages of one resourceVersion, and their objects carry their kind", async () => {
  await using s = await session();
  const names = ["a", "b", "c", "d", "e"];
  await Promise.all(names.map((n) => s.client.create(CONFIG_MAP, s.configMap(n), by)));
  const selection = { namespace: s.namespace, fieldSelector: "metadata.name!=kube-root-ca.crt" };
  const pages = await Array.fromAsync(s.client.pages(CONFIG_MAP, { ...selection, limit: 2 }));
  assert.deepEqual(pages.map((p) => p.items.map((o) => o.metadata.name)), [["a", "b"], ["c", "d"], [
    "e",
  ]]);
  assert.equal(new Set(pages.map((p) => p.resourceVersion)).size, 1);
  const { items } = await s.client.list(CONFIG_MAP, selection);
  assert.deepEqual(
    items.map((o) => `${o.apiVersion} ${o.kind} ${o.metadata.name}`),
    names.map((n) => `v1 ConfigMap ${n}`),
  );
});

Deno.test("metadata alone is listed and watched when asked for, under the object's own kind", async () => {
  await using s = await session();
  const options: ListOptions = {
    namespace: s.namespace,
    labelSelector: "t=1",
    metadataOnly: true,
  };
  const { resourceVersion } = await s.client.list(CONFIG_MAP, options);
  const object = s.configMap("a", { x: "1" });
  object.metadata.labels = { t: "1" };
  await s.client.create(CONFIG_MAP, object, by);
  const seen = [(await s.client.list(CONFIG_MAP, options)).items[0]!];
  const stop = new AbortController();
  for await (
    const event of s.client.watch(CONFIG_MAP, { ...options, resourceVersion, signal: stop.signal })
  ) {
    if (event.type !== "BOOKMARK") seen.push(event.object);
    stop.abort();
  }
  assert.equal(seen.length, 2);
  for (const o of seen) {
    assert.deepEqual([o.apiVersion, o.kind, o.metadata.name, o.data], [
      "v1",
      "ConfigMap",
      "a",
      undefined,
    ]);
  }
});

Deno.test("a watch that ended is resumed where it ended", async () => {
  await using s = await session();
  const options = { namespace: s.namespace, fieldSelector: "metadata.name=a" };
  const { resourceVersion } = await s.client.list(CONFIG_MAP, options);
  const { signal } = new AbortController();
  await s.client.create(CONFIG_MAP, s.configMap("a"), by);
  const watchFrom = (from: string) =>
    Array.fromAsync(
      s.client.watch(CONFIG_MAP, { ...options, resourceVersion: from, timeoutSeconds: 1, signal }),
    );
  const changes = (events: WatchEvent[]) => events.filter((e) => e.type !== "BOOKMARK");
  const first = changes(await watchFrom(resourceVersion));
  assert.deepEqual(first.map((e) => e.type), ["ADDED"]);
  await s.client.mergePatch(s.ref("a"), { data: { x: "1" } }, by);
  await s.client.delete(s.ref("a"));
  const second = changes(await watchFrom(first[0]!.object.metadata.resourceVersion!));
  assert.deepEqual(second.map((e) => e.type), ["MODIFIED", "DELETED"]);
});

Deno.test("a watch from a forgotten resourceVersion is Gone", async () => {
  await using s = await session();
  const { kind } = await freshKind(s);
  const { signal } = new AbortController();
  const options = { resourceVersion: "1", timeoutSeconds: 10, signal };
  await assert.rejects(
    Array.fromAsync(s.client.watch(kind, options)),
    refusedWith("Gone", /^WATCH kubetests\.\S+: too old resource version/),
  );
});

/** A reflector that writes down what it is told. */
function recording(client: KubeClient, kind: KindRef, options: ListOptions) {
  const log: string[] = [];
  const errors: unknown[] = [];
  const note = (what: string) => (o: KubeObject) => void log.push(`${what} ${o.metadata.name}`);
  const reflector = new Reflector(client, kind, {
    ...options,
    backoff: new Backoff(20, 200),
    onError: (error) => errors.push(error),
  }, {
    added: note("+"),
    modified: note("~"),
    deleted: note("-"),
    synced: () => void log.push("synced"),
  });
  return { reflector, log, errors };
}

Deno.test("a reflector tells the list, then every change, over connections that end", async () => {
  await using s = await session();
  await s.client.create(CONFIG_MAP, s.configMap("a"), by);
  // The server closes each connection after a second instead of minutes.
  const hasty = {
    pages: s.client.pages.bind(s.client),
    watch: (kind, options) => s.client.watch(kind, { ...options, timeoutSeconds: 1 }),
  } as Pick<KubeClient, "pages" | "watch"> as KubeClient;
  const { reflector, log, errors } = recording(hasty, CONFIG_MAP, {
    namespace: s.namespace,
    fieldSelector: "metadata.name!=kube-root-ca.crt",
  });
  const stop = new AbortController();
  const running = reflector.start(stop.signal);
  await reflector.synced;
  assert.deepEqual(log, ["+ a", "synced"]);
  const watches = () => s.infos.filter((i) => i.verb === "watch").length;
  await eventually("the second connection", () => Promise.resolve(watches() >= 2));
  await s.client.create(CONFIG_MAP, s.configMap("b"), by);
  await s.client.mergePatch(s.ref("a"), { data: { x: "1" } }, by);
  await s.client.delete(s.ref("a"));
  await eventually("the deletion", () => Promise.resolve(log.includes("- a")));
  stop.abort();
  await running;
  assert.deepEqual(log, ["+ a", "synced", "+ b", "~ a", "- a"]);
  assert.deepEqual(errors, []);
  assert.equal(reflector.size, 1);
  assert.equal(s.infos.filter((i) => i.verb === "list").length, 1);
});

Deno.test("after Gone a reflector lists again and tells what it missed, also deletions", async () => {
  await using s = await session();
  const { kind, object } = await freshKind(s);
  await s.client.create(kind, object("a"), by);
  const opened = Promise.withResolvers<void>();
  let watches = 0;
  const forgetful = {
    pages: s.client.pages.bind(s.client),
    // The first connection hears nothing; the second one asks from too far back.
    watch: async function* (_, options) {
      if (++watches === 1) return await opened.promise;
      const resourceVersion = watches === 2 ? "1" : options.resourceVersion;
      yield* s.client.watch(kind, { ...options, resourceVersion });
    },
  } as Pick<KubeClient, "pages" | "watch"> as KubeClient;
  const { reflector, log, errors } = recording(forgetful, kind, {});
  const stop = new AbortController();
  const running = reflector.start(stop.signal);
  await reflector.synced;
  await s.client.delete({ kind, namespace: s.namespace, name: "a" });
  await s.client.create(kind, object("b"), by);
  opened.resolve();
  await eventually("the second list", () => Promise.resolve(log.includes("- a")));
  stop.abort();
  await running;
  assert.deepEqual(log, ["+ a", "synced", "+ b", "- a"]);
  assert.deepEqual(errors, []);
});

Deno.test("a reflector that may not list says so, keeps trying, and begins once it may", async () => {
  await using s = await session();
  const { kubectl } = await sharedControlPlane();
  const user = `watcher-${s.namespace}`;
  const client = await clientOf({}, user);
  const { reflector, log, errors } = recording(client, CONFIG_MAP, { namespace: s.namespace });
  const stop = new AbortController();
  const running = reflector.start(stop.signal);
  await eventually("two refusals", () => Promise.resolve(errors.length >= 2));
  refusedWith("Forbidden", /^LIST configmaps in kube-/)(errors[0]);
  assert.equal(reflector.hasSynced, false);
  await kubectl([
    "-n",
    s.namespace,
    "create",
    "role",
    "w",
    "--verb=list,watch",
    "--resource=configmaps",
  ]);
  await kubectl(["-n", s.namespace, "create", "rolebinding", "w", "--role=w", `--user=${user}`]);
  await reflector.synced;
  assert.equal(log.at(-1), "synced");
  stop.abort();
  await running;
  client.close();
});

Deno.test("stopped before its first list, a reflector rejects those who wait for it", async () => {
  await using s = await session();
  const { reflector } = recording(s.client, CONFIG_MAP, { namespace: s.namespace });
  await reflector.start(AbortSignal.abort(new Error("stopped")));
  await assert.rejects(reflector.synced, { message: "stopped" });
});

Deno.test("a new kind is found after a refresh, and a reflector outlives its deletion and return", async () => {
  await using s = await session();
  const group = `${s.namespace}.example.com`;
  const crd = definition(group);
  const crdRef = { kind: CRD_KIND, name: crd.metadata.name! };
  const discovery = new Discovery(s.client);
  const gvk = { group, version: "v1", kind: "KubeTest" };
  assert.equal(await discovery.resolve(gvk), undefined);
  const served = async (wanted: boolean) => {
    await eventually(`discovery of ${group}: ${wanted}`, async () => {
      await discovery.refresh();
      return (await discovery.resolve(gvk) !== undefined) === wanted;
    });
  };
  await s.client.apply(crdRef, crd, by);
  await served(true);
  const kind = (await discovery.byName(`kte.${group}`))!;
  assert.deepEqual([kind.plural, kind.namespaced, kind.shortNames], ["kubetests", true, ["kte"]]);
  assert.equal((await discovery.byGroupKind(gvk))?.version, "v1");
  await eventually(
    "its OpenAPI document",
    async () => (await discovery.openapi()).has(`${group}/v1`),
  );

  const object = (name: string): KubeObject => ({
    apiVersion: `${group}/v1`,
    kind: "KubeTest",
    metadata: { namespace: s.namespace, name },
  });
  await s.client.create(kind, object("a"), by);
  const { reflector, log, errors } = recording(s.client, kind, {});
  const stop = new AbortController();
  const running = reflector.start(stop.signal);
  await reflector.synced;
  await s.client.delete(crdRef);
  await served(false);
  await eventually("the refusal", () => Promise.resolve(errors.some(isNotFound)));
  await s.client.apply(crdRef, crd, by);
  await served(true);
  await eventually("a new object", async () => {
    await s.client.create(kind, object("b"), by).catch(() => {});
    return log.includes("+ b");
  });
  stop.abort();
  await running;
  assert.deepEqual(log, ["+ a", "synced", "- a", "+ b"]);
  await s.client.delete(crdRef);
});

Deno.test("concurrent refreshes share their requests, yet none gets what was asked for before it", async () => {
  await using s = await session();
  const discovery = new Discovery(s.client);
  await Promise.all(Array.from({ length: 10 }, () => discovery.refresh()));
  // One load that had begun for the first, and one more for all others; two documents each.
  assert.equal(s.infos.length, 4);
  assert.equal((await discovery.byName("deploy"))?.kind, "Deployment");
  assert.equal(await discovery.byName("no-such-kind"), undefined);
  assert.match(
    (await discovery.openapi()).get("apps/v1") ?? "",
    /^\/openapi\/v3\/apis\/apps\/v1\?hash=/,
  );
  assert.match((await discovery.openapi()).get("v1") ?? "", /^\/openapi\/v3\/api\/v1\?hash=/);
});

Deno.test("the kinds of an aggregated API that does not answer are stale, not gone", async () => {
  await using s = await session();
  const group = `${s.namespace}.example.com`;
  const kind: KindRef = {
    group: "apiregistration.k8s.io",
    version: "v1",
    kind: "APIService",
    plural: "apiservices",
    namespaced: false,
  };
  const ref = { kind, name: `v1.${group}` };
  await s.client.apply(ref, {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: ref.name },
    spec: {
      group,
      version: "v1",
      service: { namespace: s.namespace, name: "none" },
      groupPriorityMinimum: 10,
      versionPriority: 10,
      insecureSkipTLSVerify: true,
    },
  }, by);
  try {
    const discovery = new Discovery(s.client);
    await eventually("the stale group", async () => {
      await discovery.refresh();
      return await discovery.isStale(group, "v1");
    });
    assert.equal(await discovery.isGroupStale(group), true);
    assert.equal(await discovery.isStale("apps", "v1"), false);
  } finally {
    // While it stands, no namespace can be deleted.
    await s.client.delete(ref);
  }
});

Deno.test("a Lease has one holder; given back it goes to the next at once", async () => {
  await using s = await session();
  const name = "one";
  const events: string[] = [];
  const holder = (identity: string) =>
    new LeaseHolder(s.client, {
      namespace: s.namespace,
      name,
      identity,
      retrySeconds: 0.1,
      acquired: () => events.push(`${identity} acquired`),
      lost: () => events.push(`${identity} lost`),
      onError: (error) => events.push(String(error)),
    });
  const [first, second] = [holder("first"), holder("second")];
  first.start();
  await eventually("the first holder", () => Promise.resolve(first.held));
  second.start();
  const looked = s.infos.length;
  await eventually("some attempts", () => Promise.resolve(s.infos.length > looked + 6));
  assert.equal(second.held, false);
  const [state] = await readLeases(s.client, name);
  assert.deepEqual(state, { namespace: s.namespace, name, holder: "first", live: true });
  await first.release();
  await eventually("the second holder", () => Promise.resolve(second.held));
  await second.release();
  assert.deepEqual(events, ["first acquired", "second acquired"]);
  assert.equal((await readLeases(s.client, name))[0]?.live, false);
});

Deno.test("a Lease whose holder fell silent is taken; the one who finds it taken has lost it", async () => {
  await using s = await session();
  const events: string[] = [];
  const options = { namespace: s.namespace, name: "l", durationSeconds: 1, retrySeconds: 0.2 };
  // Renews far too seldom.
  const sleepy = new LeaseHolder(s.client, {
    ...options,
    identity: "sleepy",
    retrySeconds: 3,
    acquired: () => events.push("sleepy acquired"),
    lost: () => events.push("sleepy lost"),
  });
  const awake = new LeaseHolder(s.client, {
    ...options,
    identity: "awake",
    acquired: () => events.push("awake acquired"),
  });
  sleepy.start();
  await eventually("the sleepy holder", () => Promise.resolve(sleepy.held));
  awake.start();
  await eventually("the loss", () => Promise.resolve(events.includes("sleepy lost")));
  assert.deepEqual(events, ["sleepy acquired", "awake acquired", "sleepy lost"]);
  await Promise.all([sleepy.release(), awake.release()]);
});

Deno.test("who may not list Leases everywhere reads those of his namespaces; who may read none is told", async () => {
  await using s = await session();
  const { kubectl } = await sharedControlPlane();
  const user = `reader-${s.namespace}`;
  const reader = await clientOf({}, user);
  await assert.rejects(
    readLeases(reader, "l", { namespace: s.namespace }),
    refusedWith("Forbidden", /^GET leases\.coordination\.k8s\.io/),
  );
  await kubectl(["-n", s.namespace, "create", "role", "l", "--verb=get", "--resource=leases"]);
  await kubectl(["-n", s.namespace, "create", "rolebinding", "l", "--role=l", `--user=${user}`]);
  const holder = new LeaseHolder(s.client, { namespace: s.namespace, name: "l", identity: "me" });
  holder.start();
  await eventually("the holder", () => Promise.resolve(holder.held));
  const states = await eventually(
    "the right",
    () => readLeases(reader, "l", { namespace: s.namespace }).catch(() => undefined),
  );
  assert.deepEqual(states.map((l) => [l.namespace, l.holder, l.live]), [[s.namespace, "me", true]]);
  await holder.release();
  reader.close();
});

Deno.test("requests beyond the rate wait their turn", async () => {
  await using s = await session({ qps: 20, burst: 1 });
  const started = performance.now();
  await Promise.all(Array.from({ length: 5 }, () => s.client.raw("/version")));
  assert.ok(performance.now() - started >= 190, "five requests at 20 a second, one at once");
});
