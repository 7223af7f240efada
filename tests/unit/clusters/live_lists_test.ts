// Tests of LiveLists, which lists the objects of an ApplySet: which calls share a list request, and which
// objects each call returns.
import assert from "node:assert/strict";
import { type KubeObject, Label } from "../../../src/api/mod.ts";
import { LiveLists } from "../../../src/clusters/live_lists.ts";

const kind = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const at = { kind, namespace: "a" };

const member = (applySet: string, name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, labels: { [Label.applySetPartOf]: applySet } },
});

/**
 * Returns a `LiveLists`, and the list requests that it has sent. The test answers each request by calling
 * `answer` or `fail`.
 */
function server() {
  const sent: { selector: string; answer: (found: KubeObject[]) => void; fail: () => void }[] = [];
  const lists = new LiveLists({
    list: (_kind, { labelSelector = "", metadataOnly } = {}) => {
      assert.equal(metadataOnly, true);
      const { promise, resolve, reject } = Promise.withResolvers<KubeObject[]>();
      const fail = () => reject(new Error("lost"));
      sent.push({ selector: labelSelector, answer: resolve, fail });
      return promise.then((items) => ({ items, resourceVersion: "1" }));
    },
  });
  return { sent, lists };
}

const ticked = () => new Promise((resolve) => setTimeout(resolve));
const names = (found: KubeObject[]) => found.map(({ metadata }) => metadata.name);

Deno.test("a single call lists its ApplySet at once", async () => {
  const { sent, lists } = server();
  const one = lists.members(at, "x");
  assert.deepEqual(sent.map((each) => each.selector), [`${Label.applySetPartOf}=x`]);
  sent[0]!.answer([member("x", "m")]);
  assert.deepEqual(names(await one), ["m"]);
});

Deno.test("a call with the UID of the instance selects by the UID, and shares no list with other labels", async () => {
  const { sent, lists } = server();
  const one = lists.members(at, "x", "uid-1");
  const other = lists.members(at, "x");
  assert.deepEqual(
    sent.map((each) => each.selector),
    [`${Label.instanceId}=uid-1`, `${Label.applySetPartOf}=x`],
  );
  const edited = member("edited", "m");
  edited.metadata.labels![Label.instanceId] = "uid-1";
  sent[0]!.answer([edited]);
  sent[1]!.answer([]);
  assert.deepEqual([names(await one), names(await other)], [["m"], []]);
});

Deno.test("calls during a list share the next one, and each returns its own members", async () => {
  const { sent, lists } = server();
  const first = lists.members(at, "x");
  const others = ["y", "z", "x"].map((applySet) => lists.members(at, applySet));
  assert.equal(sent.length, 1);
  sent[0]!.answer([]);
  assert.deepEqual(await first, []);
  await ticked();
  assert.equal(sent.length, 2);
  assert.equal(sent[1]!.selector, `${Label.applySetPartOf} in (y,z,x)`);
  sent[1]!.answer([member("z", "of-z"), member("x", "late")]);
  assert.deepEqual((await Promise.all(others)).map(names), [[], ["of-z"], ["late"]]);
});

Deno.test("calls for other kinds and namespaces do not wait for each other", () => {
  const { sent, lists } = server();
  void lists.members(at, "x");
  void lists.members({ kind, namespace: "b" }, "x");
  void lists.members({ kind: { ...kind, kind: "Secret", plural: "secrets" }, namespace: "a" }, "x");
  assert.equal(sent.length, 3);
});

Deno.test("a failed list rejects only the calls that share it", async () => {
  const { sent, lists } = server();
  const first = lists.members(at, "x");
  const shared = Promise.allSettled(["y", "z"].map((applySet) => lists.members(at, applySet)));
  sent[0]!.answer([]);
  await first;
  await ticked();
  const later = lists.members(at, "w");
  sent[1]!.fail();
  assert.deepEqual((await shared).map(({ status }) => status), ["rejected", "rejected"]);
  await ticked();
  sent[2]!.answer([member("w", "m")]);
  assert.deepEqual(names(await later), ["m"]);
});

Deno.test("a list covers at most fifty ApplySets", async () => {
  const { sent, lists } = server();
  const all = Array.from({ length: 52 }, (_, i) => lists.members(at, `s${i}`));
  for (let i = 0; i < 3; i++) {
    assert.equal(sent.length, i + 1);
    sent[i]!.answer([member("s51", "m")]);
    await ticked();
  }
  assert.equal(sent[1]!.selector.split(",").length, 50);
  assert.deepEqual(names(await all[51]!), ["m"]);
  assert.deepEqual(await all[7], []);
});
