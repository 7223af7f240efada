// Leases on a real API server.
import assert from "node:assert/strict";
import { LeaseHolder, leaseRef, microTime, readLeases } from "../../../src/kube/mod.ts";
import { clientOf, refusedWith, session } from "../../support/cluster/client.ts";
import { eventually, sharedControlPlane } from "../../support/controlplane/shared.ts";

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

Deno.test("who waits for a Lease watches it: no request a retry period, and it is his at once when it is free", async () => {
  await using s = await session();
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
  await eventually("the first holder", () => Promise.resolve(first.held));
  const reads = () => s.infos.filter((i) => i.verb === "get" || i.verb === "list").length;
  second.start();
  await eventually("the watch", () => Promise.resolve(s.infos.some((i) => i.verb === "watch")));
  const [readsBefore, renewalsBefore] = [reads(), s.infos.length];
  await eventually("ten renewals", () => Promise.resolve(s.infos.length > renewalsBefore + 10));
  assert.equal(reads(), readsBefore);
  assert.equal(second.held, false);
  await first.release();
  await eventually("the second holder", () => Promise.resolve(second.held));
  assert.deepEqual(holders, ["second waits for first"]);
  // Deleted by hand it is made anew.
  const { kubectl } = await sharedControlPlane();
  await kubectl(["-n", s.namespace, "delete", "lease", "w"]);
  await eventually("the Lease made anew", async () => {
    const [state] = await readLeases(s.client, "w", { namespace: s.namespace });
    return state?.holder === "second" && state.live;
  });
  await second.release();
});

Deno.test("expiry is judged by the time here, whatever the holder's clock says", async () => {
  await using s = await session();
  const lease = (name: string, renewTime: string) => ({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { namespace: s.namespace, name },
    spec: { holderIdentity: "other", leaseDurationSeconds: 1, renewTime },
  });
  const by = { fieldManager: "test" };
  const { kind } = leaseRef(s.namespace, "x");
  // A holder whose clock is an hour slow, but who renews; and one an hour ahead who fell silent.
  await s.client.create(kind, lease("slow", microTime(Date.now() - 3_600_000)), by);
  await s.client.create(kind, lease("ahead", microTime(Date.now() + 3_600_000)), by);
  const holder = (name: string) =>
    new LeaseHolder(s.client, { namespace: s.namespace, name, retrySeconds: 0.1 });
  const [slow, ahead] = [holder("slow"), holder("ahead")];
  slow.start();
  ahead.start();
  let renewals = 0;
  await eventually("the silent one's Lease", async () => {
    const renewTime = microTime(Date.now() - 3_600_000 + ++renewals);
    await s.client.mergePatch(leaseRef(s.namespace, "slow"), { spec: { renewTime } }, by);
    assert.equal(slow.held, false);
    return ahead.held;
  });
  assert.ok(renewals > 1);
  await Promise.all([slow.release(), ahead.release()]);
});

Deno.test("a renewal that hangs does not keep the Lease beyond its deadline", async () => {
  await using s = await session();
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
  await eventually("the holder", () => Promise.resolve(holder.held));
  hangs = true;
  await eventually("the loss", () => Promise.resolve(events.length > 0));
  assert.equal(holder.held, false);
});

Deno.test("a Lease that somebody deletes stays with its holder", async () => {
  await using s = await session();
  const name = "deleted";
  const events: string[] = [];
  const holder = (identity: string, retrySeconds: number) =>
    new LeaseHolder(s.client, {
      namespace: s.namespace,
      name,
      identity,
      retrySeconds,
      durationSeconds: 4,
      renewDeadlineSeconds: 3,
      acquired: () => events.push(`${identity} acquired`),
      lost: () => events.push(`${identity} lost`),
    });
  // The one who waits is much faster.
  const [first, second] = [holder("first", 1), holder("second", 0.05)];
  const at = leaseRef(s.namespace, name);
  first.start();
  await eventually("the first holder", () => Promise.resolve(first.held));
  second.start();
  await new Promise((resolve) => setTimeout(resolve, 500));
  await s.client.delete(at);
  await eventually("the Lease is back", () => s.client.get(at));
  assert.deepEqual(events, ["first acquired"]);

  await first.release();
  await eventually("the second holder", () => Promise.resolve(second.held));
  assert.deepEqual(events, ["first acquired", "second acquired"]);
  await second.release();
});
