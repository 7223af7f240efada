/**
 * Tests of concurrency and crashes: independent nodes are applied in parallel, and a crash at any
 * write leaves no orphans.
 */
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import { MemoryCluster } from "../../../src/reconcile/mod.ts";
import { compileYaml, mapNode, states, type World, world } from "./fixtures.ts";

const GRAPH = `
schema:
  spec: {ns: string | default="other"}
  status: {got: "\${b.data.value}"}
resources:${mapNode("a", "x")}
${mapNode("b", "${a.data.value}")}
  - id: far
    template:
      apiVersion: v1
      kind: Secret
      metadata: {name: "\${b.metadata.name}", namespace: "\${b.data.value + '-' + schema.spec.ns}"}`;

/**
 * A cluster that accepts `left` more writes and then rejects all writes, as if kro's process had been killed
 * at that time.
 */
class CrashingCluster extends MemoryCluster {
  left = Infinity;
  override apply(...args: Parameters<MemoryCluster["apply"]>) {
    return this.#spend(() => super.apply(...args));
  }
  override patch(...args: Parameters<MemoryCluster["patch"]>) {
    return this.#spend(() => super.patch(...args));
  }
  override writeStatus(...args: Parameters<MemoryCluster["writeStatus"]>) {
    return this.#spend(() => super.writeStatus(...args));
  }
  override delete(...args: Parameters<MemoryCluster["delete"]>) {
    return this.#spend(() => super.delete(...args));
  }
  #spend<T>(call: () => Promise<T>): Promise<T> {
    if (this.left-- > 0) return call();
    return Promise.reject(new ApiError("connection refused", { reason: "Unreachable" }));
  }
}

async function crashAfter(writes: number): Promise<World> {
  const w = await world(GRAPH, { makeCluster: (o) => new CrashingCluster(o) });
  w.create();
  (w.cluster as CrashingCluster).left = writes;
  await w.pass();
  (w.cluster as CrashingCluster).left = Infinity;
  return w;
}

// The creation of this instance sends six writes: two patches of the instance, three applies, and one write
// of the status. The second patch adds the namespace of the node `far` to the inventory. This namespace is
// known only after the node `b` was applied.
for (let writes = 0; writes <= 6; writes++) {
  Deno.test(`after a crash at write ${writes + 1} of a creation, deletion leaves nothing`, async () => {
    const w = await crashAfter(writes);
    w.cluster.evict(w.ref());
    if (w.peek(w.ref())) await w.pass();
    assert.deepEqual(w.cluster.objects(), []);
  });

  Deno.test(`after a crash at write ${writes + 1} of a creation, the next pass completes it`, async () => {
    const w = await crashAfter(writes);
    assert.equal((await w.pass()).state, "ACTIVE");
    assert.equal(w.cluster.objects().length, 4);
    await w.pass();
    assert.deepEqual(w.counts(), {});
  });

  Deno.test(`after a crash at write ${writes + 1} of a deletion, the next pass completes it`, async () => {
    const w = await crashAfter(Infinity);
    w.cluster.evict(w.ref());
    (w.cluster as CrashingCluster).left = writes;
    await w.pass();
    (w.cluster as CrashingCluster).left = Infinity;
    if (w.peek(w.ref())) await w.pass();
    assert.deepEqual(w.cluster.objects(), []);
  });
}

Deno.test("independent nodes are applied in parallel, and dependents as soon as their dependencies are ready", async () => {
  /**
   * A cluster that delays the apply of the node `slow` until the node `after` was applied. The node `after`
   * depends only on the node `quick`.
   */
  class Slow extends MemoryCluster {
    #release = Promise.withResolvers<void>();
    override async apply(...args: Parameters<MemoryCluster["apply"]>) {
      const { name } = args[0];
      if (name === "demo-slow") await this.#release.promise;
      const result = await super.apply(...args);
      if (name === "demo-after") this.#release.resolve();
      return result;
    }
  }
  const w = await world(
    `resources:${mapNode("slow", "x")}${mapNode("quick", "y")}${
      mapNode("after", "${quick.data.value}")
    }`,
    { makeCluster: (o) => new Slow(o) },
  );
  w.create();
  assert.deepEqual(states(await w.pass()), { slow: "Ready", quick: "Ready", after: "Ready" });
});

Deno.test("an object is not created if its kind cannot be added to the inventory; the others are", async () => {
  /** A cluster that rejects every patch after the first one, with a delay. */
  class Refusing extends MemoryCluster {
    patches = 0;
    override async patch(...args: Parameters<MemoryCluster["patch"]>) {
      if (this.patches++ === 0) return await super.patch(...args);
      await new Promise((resolve) => setTimeout(resolve));
      throw new ApiError("quota", { reason: "Forbidden", code: 403 });
    }
  }
  const w = await world(GRAPH, { makeCluster: (o) => new Refusing(o) });
  w.create();
  const outcome = await w.pass();
  assert.deepEqual(states(outcome), { a: "Ready", b: "Ready", far: "Failed" });
  assert.equal(outcome.state, "IN_PROGRESS");
  assert.match(
    outcome.nodes[2]!.reason!,
    /^failed to patch instance with applyset labels: quota$/,
  );
  assert.equal(w.cluster.objects().some((o) => o.kind === "Secret"), false);
});

Deno.test("expressions see the instance's finalizer from the first pass on", async () => {
  const w = await world(
    `resources:${mapNode("a", "${string(size(schema.metadata.finalizers))}")}`,
  );
  w.create();
  assert.equal((await w.pass()).state, "ACTIVE");
  await w.pass();
  assert.deepEqual(w.counts(), {});
});

Deno.test("a pass whose instance is deleted meanwhile ends without an error", async () => {
  const w = await world(GRAPH);
  w.create();
  await w.pass();
  const instance = w.instance();
  w.cluster.edit(w.ref(), (d) => d.metadata.finalizers = []);
  w.cluster.evict(w.ref());
  w.instance = () => instance;
  w.graph = (await compileYaml(`resources:${mapNode("z", "x")}`)).graph;
  const outcome = await w.pass();
  assert.equal(outcome.instance, undefined);
  assert.deepEqual(outcome.next, { kind: "done" });
});
