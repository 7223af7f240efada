/** Tests of the message of a `kro apply` that was interrupted or ended with an error. */
import assert from "node:assert/strict";
import { ApiError, type KubeObject } from "../../../src/api/mod.ts";
import { ApplyProgress } from "../../../src/cli/apply_progress.ts";

const object = (name: string, namespace?: string): KubeObject => ({
  apiVersion: "example.com/v1",
  kind: "App",
  metadata: { name, ...(namespace && { namespace }) },
});

Deno.test("the message of an interrupted apply names every object once", async () => {
  const objects = [object("a", "ns"), object("b"), object("c")];
  const progress = new ApplyProgress(objects, false);
  const text = () => progress.interruptedText("SIGINT");
  assert.equal(text(), "interrupted by SIGINT before the first write: nothing was applied");
  await progress.apply(objects[0]!, () => Promise.resolve());
  const { promise, resolve } = Promise.withResolvers<void>();
  const applying = progress.apply(objects[1]!, () => promise);
  assert.equal(
    text(),
    "interrupted by SIGINT: 1 of 3 objects were applied; applied: App ns/a; not applied: App c; " +
      "perhaps applied: App b; to continue, run the same command again",
  );
  resolve();
  await applying;
  await progress.apply(objects[2]!, () => Promise.resolve());
  progress.isLeftToController = true;
  assert.equal(
    text(),
    "interrupted by SIGINT: 3 of 3 objects were applied; applied: App ns/a, App b, App c; " +
      "the running controller reconciles them",
  );
});

Deno.test("the message of an interrupted apply names at most ten objects", async () => {
  const objects = Array.from({ length: 13 }, (_, i) => object(`o${i}`));
  const progress = new ApplyProgress(objects, true);
  await progress.apply(objects[0]!, () => Promise.resolve());
  const text = progress.interruptedText("SIGTERM");
  assert.match(text, /not applied: App o1, .*App o10 and 2 more; the plan is now out of date/);
});

Deno.test("an error names what was applied, unless no object or every object was", async () => {
  const objects = [object("a"), object("b"), object("c")];
  const progress = new ApplyProgress(objects, false);
  const refused = new ApiError("invalid", { reason: "Invalid", code: 422 });
  const lost = new ApiError("connection lost", { reason: "Unreachable" });
  const fail = (of: KubeObject, error: ApiError) =>
    assert.rejects(progress.apply(of, () => Promise.reject(error)), error);
  await fail(objects[0]!, refused);
  assert.equal(progress.failedText(), undefined, "the API server refused the first object");
  await progress.apply(objects[0]!, () => Promise.resolve());
  await fail(objects[1]!, refused);
  assert.equal(
    progress.failedText(),
    "1 of 3 objects were applied; applied: App a; not applied: App b, App c; to continue, correct the cause " +
      "of the error, and run the same command again",
  );
  await fail(objects[1]!, lost);
  assert.match(progress.failedText()!, /not applied: App c; perhaps applied: App b; to continue/);
  for (const each of objects) await progress.apply(each, () => Promise.resolve());
  assert.equal(progress.failedText(), undefined, "an error after the last write");
});
