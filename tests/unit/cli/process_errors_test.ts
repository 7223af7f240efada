/** Tests that uncaught errors are logged and counted, and that the process continues after them. */
import assert from "node:assert/strict";

const PROCESS_ERRORS = new URL("../../../src/cli/process_errors.ts", import.meta.url).href;

Deno.test("uncaught errors and unhandled rejections are logged and counted until the end", async () => {
  // The errors occur in a separate process, because the test runner would report uncaught errors as
  // failures.
  const code = `
    import { configure } from "@logtape/logtape";
    import { catchProcessErrors } from "${PROCESS_ERRORS}";
    const log = ({ properties }) => console.log("log", properties.work, properties.error.split("\\n")[0]);
    await configure({ sinks: { log }, loggers: [
      { category: "kro", sinks: ["log"] },
      { category: ["logtape", "meta"], lowestLevel: "error" },
    ] });
    const stop = catchProcessErrors((work) => console.log("count", work));
    const turn = () => new Promise((resolve) => setTimeout(resolve));
    Promise.reject(new Error("rejected"));
    await turn();
    setTimeout(() => { throw new Error("thrown"); });
    await turn();
    await turn();
    console.log("alive");
    stop();
    Promise.reject(new Error("after the end"));
    await turn();
    console.log("not reached");`;
  const { code: exit, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    cwd: new URL("../../..", import.meta.url).pathname,
  }).output();
  assert.deepEqual(new TextDecoder().decode(stdout).trim().split("\n"), [
    "count rejection",
    "log rejection Error: rejected",
    "count exception",
    "log exception Error: thrown",
    "alive",
  ]);
  assert.equal(exit, 1);
});
