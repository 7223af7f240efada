/** Tests of watches and reflectors on a real API server. */
import assert from "node:assert/strict";
import { CRD_KIND, isNotFound, type KindRef, type KubeObject } from "../../../src/api/mod.ts";
import {
  Backoff,
  Discovery,
  type KubeClient,
  type ListOptions,
  Reflector,
  type WatchEvent,
} from "../../../src/kube/mod.ts";
import {
  by,
  clientSession,
  CONFIG_MAP,
  eventually,
  freshKind,
  kubectl,
  kubeTestCrd,
  openClient,
  refusedWith,
} from "../../support/cluster/mod.ts";

Deno.test("a metadata-only list and watch return metadata under the object's own kind", async () => {
  await using s = await clientSession();
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

Deno.test("a watch that ended resumes at its last resourceVersion", async () => {
  await using s = await clientSession();
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

Deno.test("a watch from an expired resourceVersion fails with Gone", async () => {
  await using s = await clientSession();
  const { kind } = await freshKind(s);
  const { signal } = new AbortController();
  const options = { resourceVersion: "1", timeoutSeconds: 10, signal };
  await assert.rejects(
    Array.fromAsync(s.client.watch(kind, options)),
    refusedWith("Gone", /^WATCH kubetests\.\S+: too old resource version/),
  );
});

/** Returns a reflector, and a log to which its handlers append a line for each change of an object. */
function recording(
  client: KubeClient,
  kind: KindRef,
  options: ListOptions,
  backoff = new Backoff(20, 200),
) {
  const log: string[] = [];
  const errors: unknown[] = [];
  const note = (what: string) => (o: KubeObject) => void log.push(`${what} ${o.metadata.name}`);
  const reflector = new Reflector(client, kind, {
    ...options,
    backoff,
    onError: (error) => errors.push(error),
  }, {
    added: note("+"),
    modified: note("~"),
    deleted: note("-"),
    synced: () => void log.push("synced"),
  });
  return { reflector, log, errors };
}

/**
 * Returns a copy of the client whose watches end after one second, so that the reflector soon opens new
 * watches. The API server would keep a watch open for several minutes.
 */
function hasty(client: KubeClient): KubeClient {
  return {
    pages: client.pages.bind(client),
    watch: (kind, options) => client.watch(kind, { ...options, timeoutSeconds: 1 }),
  } as Pick<KubeClient, "pages" | "watch"> as KubeClient;
}

Deno.test("a reflector reports the list, then every change, across connections that end", async () => {
  await using s = await clientSession();
  await s.client.create(CONFIG_MAP, s.configMap("a"), by);
  const { reflector, log, errors } = recording(hasty(s.client), CONFIG_MAP, {
    namespace: s.namespace,
    fieldSelector: "metadata.name!=kube-root-ca.crt",
  });
  const stop = new AbortController();
  const running = reflector.start(stop.signal);
  await reflector.synced;
  assert.deepEqual(log, ["+ a", "synced"]);
  const watches = () => s.sent.filter((i) => i.verb === "watch").length;
  await eventually("the second connection", () => watches() >= 2);
  await s.client.create(CONFIG_MAP, s.configMap("b"), by);
  await s.client.mergePatch(s.ref("a"), { data: { x: "1" } }, by);
  await s.client.delete(s.ref("a"));
  await eventually("the deletion is reported", () => log.includes("- a"));
  stop.abort();
  await running;
  assert.deepEqual(log, ["+ a", "synced", "+ b", "~ a", "- a"]);
  assert.deepEqual(errors, []);
  assert.equal(reflector.size, 1);
  assert.equal(s.sent.filter((i) => i.verb === "list").length, 1);
});

Deno.test("after Gone a reflector relists at once and reports missed changes, including deletions", async () => {
  await using s = await clientSession();
  const { kind, object } = await freshKind(s);
  await s.client.create(kind, object("a"), by);
  const missed = Promise.withResolvers<void>();
  let watches = 0;
  const forgetful = {
    pages: s.client.pages.bind(s.client),
    // The first watch sends only a bookmark with an expired resourceVersion; later watches are
    // real.
    watch: async function* (_, options) {
      if (++watches > 1) return yield* s.client.watch(kind, options);
      await missed.promise;
      yield { type: "BOOKMARK", resourceVersion: "1" };
    },
  } as Pick<KubeClient, "pages" | "watch"> as KubeClient;
  const { reflector, log, errors } = recording(forgetful, kind, {}, new Backoff(600_000, 600_000));
  const stop = new AbortController();
  const running = reflector.start(stop.signal);
  await reflector.synced;
  await s.client.delete({ kind, namespace: s.namespace, name: "a" });
  await s.client.create(kind, object("b"), by);
  missed.resolve();
  await eventually("the relist reports the deletion", () => log.includes("- a"));
  stop.abort();
  await running;
  assert.deepEqual(log, ["+ a", "synced", "+ b", "- a"]);
  assert.deepEqual(errors, []);
});

Deno.test("a reflector without the right to list reports the error, retries, and starts once it has the right", async () => {
  await using s = await clientSession();
  const user = `watcher-${s.namespace}`;
  await using watcher = await openClient({}, user);
  const { client } = watcher;
  const { reflector, log, errors } = recording(client, CONFIG_MAP, { namespace: s.namespace });
  const stop = new AbortController();
  const running = reflector.start(stop.signal);
  await eventually("two rejected lists", () => errors.length >= 2);
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
});

Deno.test("a reflector that is stopped before its first list rejects the callers that wait for it", async () => {
  await using s = await clientSession();
  const { reflector } = recording(s.client, CONFIG_MAP, { namespace: s.namespace });
  await reflector.start(AbortSignal.abort(new Error("stopped")));
  await assert.rejects(reflector.synced, { message: "stopped" });
});

Deno.test("a refresh finds a new kind, and its reflector survives the kind's deletion and reinstallation", async () => {
  await using s = await clientSession();
  const group = `${s.namespace}.example.com`;
  const crd = kubeTestCrd(group);
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
  // Uses short watches, because the API server would keep a watch of a deleted kind open for a
  // minute.
  const { reflector, log, errors } = recording(hasty(s.client), kind, {});
  const stop = new AbortController();
  const running = reflector.start(stop.signal);
  await reflector.synced;
  await s.client.delete(crdRef);
  await served(false);
  await eventually("the reflector reports NotFound", () => errors.some(isNotFound));
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

Deno.test("an abort ends many watches", async () => {
  await using s = await clientSession();
  const options = { namespace: s.namespace };
  const watches = Array.from({ length: 12 }, () => {
    const stop = new AbortController();
    const reflector = new Reflector(s.client, CONFIG_MAP, options, {
      added() {},
      modified() {},
      deleted() {},
    });
    return { stop, synced: () => reflector.synced, ended: reflector.start(stop.signal) };
  });
  await Promise.all(watches.map((watch) => watch.synced()));
  // Waits until all watches are open, because the test checks that an open watch ends when its
  // signal aborts.
  const open = () => s.sent.filter(({ verb }) => verb === "watch").length;
  await eventually("all watches are open", () => open() === watches.length);
  for (const { stop } of watches) stop.abort();
  let left = watches.length;
  for (const { ended } of watches) void ended.then(() => left--);
  await eventually("all watches have ended", () => left === 0);
});
