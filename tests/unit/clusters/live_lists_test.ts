// Lists of several ApplySets in one request: who may share one, and what each gets of it.
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

/** Requests that are answered by hand. */
function server() {
  const sent: { selector: string; answer: (found: KubeObject[]) => void; fail: () => void }[] = [];
  const lists = new LiveLists(({ labelSelector = "" }) => {
    const { promise, resolve, reject } = Promise.withResolvers<KubeObject[]>();
    sent.push({ selector: labelSelector, answer: resolve, fail: () => reject(new Error("lost")) });
    return promise;
  });
  return { sent, lists };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));
const names = (found: KubeObject[]) => found.map(({ metadata }) => metadata.name);

Deno.test("one ApplySet alone is one list, at once", async () => {
  const { sent, lists } = server();
  const one = lists.members(at, "x");
  assert.deepEqual(sent.map((each) => each.selector), [`${Label.applySetPartOf}=x`]);
  sent[0]!.answer([member("x", "m")]);
  assert.deepEqual(names(await one), ["m"]);
});

Deno.test("who asks while a list is under way shares the next one, and gets what is his", async () => {
  const { sent, lists } = server();
  const first = lists.members(at, "x");
  const others = ["y", "z", "x"].map((applySet) => lists.members(at, applySet));
  assert.equal(sent.length, 1);
  sent[0]!.answer([]);
  assert.deepEqual(await first, []);
  await settled();
  assert.equal(sent.length, 2);
  assert.equal(sent[1]!.selector, `${Label.applySetPartOf} in (y,z,x)`);
  sent[1]!.answer([member("z", "of-z"), member("x", "late")]);
  assert.deepEqual((await Promise.all(others)).map(names), [[], ["of-z"], ["late"]]);
});

Deno.test("other kinds and namespaces do not wait", () => {
  const { sent, lists } = server();
  void lists.members(at, "x");
  void lists.members({ kind, namespace: "b" }, "x");
  void lists.members({ kind: { ...kind, kind: "Secret", plural: "secrets" }, namespace: "a" }, "x");
  assert.equal(sent.length, 3);
});

Deno.test("a list that fails fails for all who share it, and for nobody else", async () => {
  const { sent, lists } = server();
  const first = lists.members(at, "x");
  const shared = Promise.allSettled(["y", "z"].map((applySet) => lists.members(at, applySet)));
  sent[0]!.answer([]);
  await first;
  await settled();
  const later = lists.members(at, "w");
  sent[1]!.fail();
  assert.deepEqual((await shared).map(({ status }) => status), ["rejected", "rejected"]);
  await settled();
  sent[2]!.answer([member("w", "m")]);
  assert.deepEqual(names(await later), ["m"]);
});

Deno.test("more than fifty at a time are several lists", async () => {
  const { sent, lists } = server();
  const all = Array.from({ length: 52 }, (_, i) => lists.members(at, `s${i}`));
  for (let i = 0; i < 3; i++) {
    assert.equal(sent.length, i + 1);
    sent[i]!.answer([member("s51", "m")]);
    await settled();
  }
  assert.equal(sent[1]!.selector.split(",").length, 50);
  assert.deepEqual(names(await all[51]!), ["m"]);
  assert.deepEqual(await all[7], []);
});
