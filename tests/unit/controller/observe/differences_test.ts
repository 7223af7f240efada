/** Tests of when differences are logged. */
import assert from "node:assert/strict";
import { Differences } from "../../../../src/controller/observe/differences.ts";

function setup() {
  let ms = 0;
  const store = new Differences<{ list: string[] }>(() => new Date(ms), ({ list }) => !list.length);
  return {
    store,
    pass: (seconds: number) => ms += seconds * 1000,
    put: (...list: string[]) => store.put("one", { list }),
  };
}

Deno.test("differences are logged once, after they have lasted for 5 s", () => {
  const { pass, put } = setup();
  assert.deepEqual(put("a"), { isNew: true, isLogged: false, afterMs: 5000 });
  pass(3);
  assert.deepEqual(put("a"), { isNew: false, isLogged: false, afterMs: 2000 });
  pass(2);
  assert.deepEqual(put("a"), { isNew: false, isLogged: true });
  pass(60);
  assert.deepEqual(put("a"), { isNew: false, isLogged: false });
});

Deno.test("differences that another controller resolves within 5 s are never logged", () => {
  const { pass, put, store } = setup();
  assert.deepEqual(put(), { isNew: true, isLogged: false });
  put("a");
  pass(4);
  assert.deepEqual(put("b"), { isNew: true, isLogged: false, afterMs: 5000 });
  pass(4);
  assert.deepEqual(put(), { isNew: true, isLogged: false });
  assert.equal(store.differs("one"), false);
});

Deno.test("the end of logged differences is logged at once", () => {
  const { pass, put, store } = setup();
  put("a");
  pass(5);
  put("a");
  assert.equal(store.differs("one"), true);
  pass(1);
  assert.deepEqual(put(), { isNew: true, isLogged: true });
  assert.deepEqual(put(), { isNew: false, isLogged: false });
  assert.deepEqual(store.get("one"), { since: new Date(6000).toISOString(), list: [] });
  store.forget("one");
  assert.equal(store.get("one"), undefined);
});
