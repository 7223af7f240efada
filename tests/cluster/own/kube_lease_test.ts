/** Tests of acquiring, renewing and releasing Leases on a real API server. */
import assert from "node:assert/strict";
import { LeaseHolder, leaseRef, microTime, readLeases } from "../../../src/kube/mod.ts";
import {
  clientSession,
  eventually,
  kubectl,
  openClient,
  refusedWith,
} from "../../support/cluster/mod.ts";

Deno.test("a Lease has one holder, and a released Lease is acquired by the next one at once", async () => {
  await using s = await clientSession();
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
  await eventually("the first holder", () => first.held);
  second.start();
  const looked = s.sent.length;
  await eventually("several attempts to acquire the Lease", () => s.sent.length > looked + 6);
  assert.equal(second.held, false);
  const [state] = await readLeases(s.client, name);
  assert.deepEqual(state, { namespace: s.namespace, name, holder: "first", live: true });
  await first.release();
  await eventually("the second holder", () => second.held);
  await second.release();
  assert.deepEqual(events, ["first acquired", "second acquired"]);
  assert.equal((await readLeases(s.client, name))[0]?.live, false);
});

Deno.test("a Lease that is not renewed is acquired by another holder, and its old holder reports the loss", async () => {
  await using s = await clientSession();
  const events: string[] = [];
  const options = { namespace: s.namespace, name: "l", durationSeconds: 1, retrySeconds: 0.2 };
  // The holder `sleepy` loses the Lease, because it renews the Lease only every 3 s and the Lease expires
  // after 1 s.
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
  await eventually("the slow holder has the Lease", () => sleepy.held);
  awake.start();
  await eventually("the slow holder reports the loss", () => events.includes("sleepy lost"));
  assert.deepEqual(events, ["sleepy acquired", "awake acquired", "sleepy lost"]);
  await Promise.all([sleepy.release(), awake.release()]);
});

Deno.test("a user without the right to list all Leases reads those of given namespaces; without any right it gets an error", async () => {
  await using s = await clientSession();
  const user = `reader-${s.namespace}`;
  await using reading = await openClient({}, user);
  const reader = reading.client;
  await assert.rejects(
    readLeases(reader, "l", { namespace: s.namespace }),
    refusedWith("Forbidden", /^GET leases\.coordination\.k8s\.io/),
  );
  await kubectl(["-n", s.namespace, "create", "role", "l", "--verb=get", "--resource=leases"]);
  await kubectl(["-n", s.namespace, "create", "rolebinding", "l", "--role=l", `--user=${user}`]);
  const holder = new LeaseHolder(s.client, { namespace: s.namespace, name: "l", identity: "me" });
  holder.start();
  await eventually("the holder", () => holder.held);
  const states = await eventually(
    "the right",
    () => readLeases(reader, "l", { namespace: s.namespace }).catch(() => undefined),
  );
  assert.deepEqual(states.map((l) => [l.namespace, l.holder, l.live]), [[s.namespace, "me", true]]);
  await holder.release();
});

Deno.test("a waiting holder watches the Lease instead of polling it, and acquires it as soon as it is free", async () => {
  await using s = await clientSession();
  const holders: string[] = [];
  const holder = (identity: string) =>
    new LeaseHolder(s.client, {
      namespace: s.namespace,
      name: "w",
      identity,
      durationSeconds: 60,
      retrySeconds: 0.1,
      waiting: (by) => holders.push(`${identity} waits for ${by}`),
    });
  const [first, second] = [holder("first"), holder("second")];
  first.start();
  await eventually("the first holder", () => first.held);
  const reads = () => s.sent.filter((i) => i.verb === "get" || i.verb === "list").length;
  second.start();
  await eventually(
    "the second holder watches the Lease",
    () => s.sent.some((i) => i.verb === "watch"),
  );
  const [readsBefore, renewalsBefore] = [reads(), s.sent.length];
  await eventually("ten renewals", () => s.sent.length > renewalsBefore + 10);
  assert.equal(reads(), readsBefore);
  assert.equal(second.held, false);
  await first.release();
  await eventually("the second holder", () => second.held);
  assert.deepEqual(holders, ["second waits for first"]);
  // A user deletes the Lease. Its holder must create it again.
  await kubectl(["-n", s.namespace, "delete", "lease", "w"]);
  await eventually("the Lease created again", async () => {
    const [state] = await readLeases(s.client, "w", { namespace: s.namespace });
    return state?.holder === "second" && state.live;
  });
  await second.release();
});

Deno.test("expiry is measured by the local clock, not by the holder's timestamps", async () => {
  await using s = await clientSession();
  const lease = (name: string, renewTime: string) => ({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { namespace: s.namespace, name },
    spec: { holderIdentity: "other", leaseDurationSeconds: 1, renewTime },
  });
  const by = { fieldManager: "test" };
  const { kind } = leaseRef(s.namespace, "x");
  // Creates two Leases with misleading timestamps. The holder of `slow` has a clock that is an hour
  // behind, and renews its Lease. The holder of `ahead` has a clock that is an hour ahead, and no
  // longer renews its Lease.
  await s.client.create(kind, lease("slow", microTime(Date.now() - 3_600_000)), by);
  await s.client.create(kind, lease("ahead", microTime(Date.now() + 3_600_000)), by);
  const holder = (name: string) =>
    new LeaseHolder(s.client, { namespace: s.namespace, name, retrySeconds: 0.1 });
  const [slow, ahead] = [holder("slow"), holder("ahead")];
  slow.start();
  ahead.start();
  let renewals = 0;
  await eventually("the Lease that is no longer renewed", async () => {
    const renewTime = microTime(Date.now() - 3_600_000 + ++renewals);
    await s.client.mergePatch(leaseRef(s.namespace, "slow"), { spec: { renewTime } }, by);
    assert.equal(slow.held, false);
    return ahead.held;
  });
  assert.ok(renewals > 1);
  await Promise.all([slow.release(), ahead.release()]);
});

Deno.test("a renewal that hangs does not keep the Lease beyond its deadline", async () => {
  await using s = await clientSession();
  let hangs = false;
  const client = new Proxy(s.client, {
    get: (target, name) => {
      if (name === "replace" && hangs) return () => new Promise(() => {});
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const events: string[] = [];
  const holder = new LeaseHolder(client, {
    namespace: s.namespace,
    name: "h",
    durationSeconds: 1.5,
    renewDeadlineSeconds: 1,
    retrySeconds: 0.1,
    lost: () => events.push("lost"),
  });
  holder.start();
  await eventually("the holder", () => holder.held);
  hangs = true;
  await eventually("the holder reports the loss", () => events.length > 0);
  assert.equal(holder.held, false);
});

Deno.test("a Lease that is deleted stays with its holder", async () => {
  await using s = await clientSession();
  const name = "deleted";
  const events: string[] = [];
  const waits: string[] = [];
  const holder = (identity: string, retrySeconds: number) =>
    new LeaseHolder(s.client, {
      namespace: s.namespace,
      name,
      identity,
      retrySeconds,
      durationSeconds: 8,
      renewDeadlineSeconds: 6,
      acquired: () => events.push(`${identity} acquired`),
      lost: () => events.push(`${identity} lost`),
      waiting: (of) => waits.push(`${identity} waits for ${of}`),
    });
  // The second holder tries to acquire the Lease 20 times as often as the first holder renews it,
  // but must still not acquire it.
  const [first, second] = [holder("first", 1), holder("second", 0.05)];
  const at = leaseRef(s.namespace, name);
  first.start();
  await eventually("the first holder", () => first.held);
  second.start();
  await eventually("the second holder waits", () => waits.includes("second waits for first"));
  await s.client.delete(at);
  await eventually("the Lease is back", () => s.client.get(at));
  assert.deepEqual(events, ["first acquired"]);

  await first.release();
  await eventually("the second holder", () => second.held);
  assert.deepEqual(events, ["first acquired", "second acquired"]);
  await second.release();
});
