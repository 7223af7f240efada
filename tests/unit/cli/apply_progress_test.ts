/** Tests of the message of an interrupted `kro apply`. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
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
