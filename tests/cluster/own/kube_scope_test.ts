/**
 * Tests of reflectors without permission to watch all namespaces. Until the permission is granted,
 * a reflector watches single namespaces, or lists the objects periodically.
 */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import { Backoff, type KubeClient, Reflector, ScopedReflector } from "../../../src/kube/mod.ts";
import {
  by,
  type ClientSession,
  clientSession,
  CONFIG_MAP,
  eventually,
  kubectl,
  openClient,
} from "../../support/cluster/mod.ts";

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

const noted = () => {
  const log: string[] = [];
  const note = (what: string) => (o: KubeObject) =>
    void (o.metadata.name === "kube-root-ca.crt" || log.push(`${what} ${o.metadata.name}`));
  return { log, handlers: { added: note("+"), modified: note("~"), deleted: note("-") } };
};

Deno.test("a reflector that may list but not watch lists periodically", async () => {
  await using s = await clientSession();
  const user = `lister-${s.namespace}`;
  await using lister = await openClient({}, user);
  const { client } = lister;
  const { namespace } = s;
  await kubectl(["-n", namespace, "create", "role", "l", "--verb=list", "--resource=configmaps"]);
  await kubectl(["-n", namespace, "create", "rolebinding", "l", "--role=l", `--user=${user}`]);
  const { log, handlers } = noted();
  const errors: unknown[] = [];
  const reflector = new Reflector(client, CONFIG_MAP, {
    namespace,
    pollMs: 100,
    backoff: new Backoff(20, 200),
    onError: (error) => errors.push(error),
  }, handlers);
  const stop = new AbortController();
  const running = reflector.start(stop.signal);
  await reflector.synced;
  await s.client.create(CONFIG_MAP, s.configMap("a"), by);
  await eventually("the creation is reported", () => log.includes("+ a"));
  await s.client.mergePatch(s.ref("a"), { data: { x: "1" } }, by);
  await eventually("the change is reported", () => log.includes("~ a"));
  await s.client.delete(s.ref("a"));
  await eventually("the deletion is reported", () => log.includes("- a"));
  assert.deepEqual(log, ["+ a", "~ a", "- a"]);
  assert.match(String(errors[0]), /^ApiError: WATCH configmaps .*cannot watch/);
  stop.abort();
  await running;
});

Deno.test("a reflector watches the one namespace that it may watch, and all namespaces once that is allowed", async () => {
  await using s = await clientSession();
  await using other = await clientSession();
  const user = `scoped-${s.namespace}`;
  await using scoped = await openClient({}, user);
  const client = hasty(scoped.client);
  const { namespace } = s;
  const verbs = ["--verb=list,watch", "--resource=configmaps"];
  await kubectl(["-n", namespace, "create", "role", "w", ...verbs]);
  await kubectl(["-n", namespace, "create", "rolebinding", "w", "--role=w", `--user=${user}`]);
  const { log, handlers } = noted();
  let lost = 0;
  const options = {
    labelSelector: `of=${namespace}`,
    pollMs: 100,
    backoff: new Backoff(20, 200),
    onLost: () => void lost++,
  };
  const reflector = new ScopedReflector(client, CONFIG_MAP, options, handlers);
  const stop = new AbortController();
  const running = reflector.start(stop.signal);
  await reflector.synced;
  assert.equal(reflector.coversNow(undefined), false);
  assert.equal(await reflector.covers(namespace), true);
  assert.equal(await reflector.covers(other.namespace), false);
  assert.equal(await reflector.covers(undefined), false);
  const create = (on: ClientSession, name: string) =>
    on.client.create(CONFIG_MAP, {
      ...on.configMap(name),
      metadata: { namespace: on.namespace, name, labels: { of: namespace } },
    }, by);
  await create(s, "a");
  await create(other, "elsewhere");
  await eventually("the namespace's object is reported", () => log.includes("+ a"));

  await kubectl(["create", "clusterrole", user, ...verbs]);
  await kubectl(["create", "clusterrolebinding", user, `--clusterrole=${user}`, `--user=${user}`]);
  await eventually("all namespaces are watched", () => reflector.coversNow(undefined));
  assert.equal(await reflector.covers(other.namespace), true);
  assert.ok(log.includes("+ elsewhere"));
  await other.client.delete(other.ref("elsewhere"));
  await eventually("an event from another namespace", () => log.includes("- elsewhere"));

  await kubectl(["delete", "clusterrolebinding,clusterrole", user]);
  await eventually("the lost right is reported", () => lost === 1);
  assert.equal(await reflector.covers(other.namespace), false);
  assert.equal(await reflector.covers(namespace), true);
  await create(s, "b");
  await eventually("an event from the namespace", () => log.includes("+ b"));
  stop.abort();
  await running;
});
