// Leases on a real API server.
import assert from "node:assert/strict";
import { LeaseHolder, readLeases } from "../../src/kube/mod.ts";
import { eventually, sharedControlPlane } from "../controlplane/testing.ts";
import { clientOf, refusedWith, session } from "./kube_session.ts";

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
