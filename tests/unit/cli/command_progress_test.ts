/** Tests of the message of an interrupted `kro reconcile` or `kro delete`. */
import assert from "node:assert/strict";
import { CommandProgress } from "../../../src/cli/command_progress.ts";
import { Report } from "../../../src/cli/report.ts";

const kind = { group: "a.example.com", version: "v1", kind: "App", plural: "apps" };
const ref = (name: string) => ({ kind: { ...kind, namespaced: true }, namespace: "ns", name });
const refs = ["a", "b", "c"].map(ref);

Deno.test("the message of an interrupted command names every object once", () => {
  const report = new Report({ out() {}, err() {}, color: false });
  const progress = new CommandProgress("delete", report);
  const text = () => progress.interruptedText("SIGTERM");
  const none = "interrupted by SIGTERM before the first write: nothing was deleted";
  assert.equal(text(), none);
  progress.add(refs);
  assert.equal(text(), none);
  progress.begin(refs.slice(0, 2));
  report.ended(refs[0]!, "deleted");
  const counted = "interrupted by SIGTERM: 1 of 3 objects are finished; finished: App ns/a";
  const advice = "to continue, run the same command again";
  const open = `${counted}; perhaps begun: App ns/b; not begun: App ns/c; ${advice}`;
  assert.equal(text(), open);
  // The controller does not know of an object whose deletion was not sent.
  progress.isLeftToController = true;
  assert.equal(text(), open);
  progress.begin(refs.slice(2));
  const controller = "the running controller deletes them";
  assert.equal(text(), `${counted}; perhaps begun: App ns/b, App ns/c; ${controller}`);
  progress.isLeftToController = false;
  assert.equal(text(), `${counted}; perhaps begun: App ns/b, App ns/c; ${advice}`);
});

Deno.test("the message of an interrupted command names at most ten objects", () => {
  const progress = new CommandProgress(
    "reconcile",
    new Report({ out() {}, err() {}, color: false }),
  );
  assert.match(progress.interruptedText("SIGINT"), /: nothing was reconciled$/);
  progress.begin(Array.from({ length: 12 }, (_, i) => ref(`o${i}`)));
  assert.match(progress.interruptedText("SIGINT"), /begun: App ns\/o0, .*App ns\/o9 and 2 more;/);
});
