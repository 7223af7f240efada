import assert from "node:assert/strict";
import { withLock } from "../../support/controlplane/lock.ts";

Deno.test("a lock has one holder at a time, and a waiter is called back with the holder's process", async () => {
  const file = await Deno.makeTempFile();
  const events: string[] = [];
  const first = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const holder = withLock(file, async () => {
    entered.resolve();
    await first.promise;
    events.push("first done");
  });
  await entered.promise;
  const reported = Promise.withResolvers<string>();
  const waiter = withLock(file, () => Promise.resolve(events.push("second")), reported.resolve);
  assert.equal(await reported.promise, `process ${Deno.pid}`);
  first.resolve();
  await Promise.all([holder, waiter]);
  assert.deepEqual(events, ["first done", "second"]);
  await Deno.remove(file);
});

Deno.test("a lock is released after its holder failed", async () => {
  const file = await Deno.makeTempFile();
  await assert.rejects(withLock(file, () => Promise.reject(new Error("broken"))), /broken/);
  assert.equal(await withLock(file, () => Promise.resolve("mine")), "mine");
  await Deno.remove(file);
});

Deno.test("the lock of a killed process is taken over", async () => {
  const file = await Deno.makeTempFile();
  const lock = import.meta.resolve("../../support/controlplane/lock.ts");
  const code = `import { withLock } from "${lock}";
    await withLock("${file}", () => { console.log("held"); return new Promise(() => setInterval(() => {}, 1e6)); });`;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", code], stdout: "piped" })
    .spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  let holder = "";
  const waiter = withLock(file, () => Promise.resolve("mine"), (reported) => {
    holder = reported;
    child.kill("SIGKILL");
  });
  assert.equal(await waiter, "mine");
  assert.equal(holder, `process ${child.pid}`);
  await reader.cancel();
  await child.status;
  await Deno.remove(file);
});
