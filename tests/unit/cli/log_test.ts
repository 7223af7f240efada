/** Tests of log lines in text and JSON format. */
import assert from "node:assert/strict";
import { getLogger } from "@logtape/logtape";
import { CRD_KIND } from "../../../src/api/mod.ts";
import { logPass } from "../../../src/controller/instances/log.ts";
import type { Outcome } from "../../../src/reconcile/mod.ts";
import { startLog, type ZapFlags } from "../../../src/cli/log.ts";

async function logged(flags: ZapFlags): Promise<string[]> {
  const lines: string[] = [];
  const err = (line: string) => void lines.push(line);
  await startLog(flags, { out: () => {}, err, color: false });
  const logger = getLogger(["kro", "instance"]);
  const properties = {
    kind: "App.x.dev",
    instance: "n/a",
    graph: "app",
    revision: 3,
    none: undefined,
  };
  logger.info("{kind} {instance} is ready", properties);
  logger.debug("a pass", properties);
  logger.error("failed: {error}", { error: "one\ntwo", graph: "app" });
  logger.trace("a node", properties);
  await startLog({}, { out: () => {}, err: () => {}, color: false });
  return lines;
}

Deno.test("text: one line per event, followed by the properties that the message does not contain", async () => {
  const [info, error, ...others] = await logged({});
  assert.equal(others.length, 0);
  assert.match(
    info!,
    /^\d{4}-\S+Z \[INF\] kro\.instance: App\.x\.dev n\/a is ready graph=app revision=3$/,
  );
  assert.match(error!, /failed: one \| two graph=app$/);
});

Deno.test("JSON: level and properties are fields", async () => {
  const lines = (await logged({ logFormat: "json", verbose: 1 })).map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => line.level), ["INFO", "DEBUG", "ERROR"]);
  assert.deepEqual([lines[0].graph, lines[0].revision, lines[0].instance], ["app", 3, "n/a"]);
  assert.equal(lines[2].error, "one\ntwo");
});

Deno.test("-v 2 shows all levels", async () => {
  assert.equal((await logged({ verbose: 2 })).length, 4);
});

Deno.test("durations have units in text and JSON, and lines are plain ASCII", async () => {
  const outcome = { state: "ACTIVE", next: { kind: "done" }, nodes: [], removed: [], revision: 1 };
  for (const logFormat of ["text", "json"] as const) {
    const lines: string[] = [];
    const err = (line: string) => void lines.push(line);
    await startLog({ logFormat }, { out: () => {}, err, color: false });
    const about = { kind: CRD_KIND, name: "a", graph: "app" };
    logPass(about, "", outcome as unknown as Outcome, 0.1160459890000002);
    await startLog({}, { out: () => {}, err: () => {}, color: false });
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, logFormat === "text" ? / duration=116ms$/ : /"duration":"116ms"/);
    assert.match(lines[0]!, /^[ -~]+$/);
  }
});
