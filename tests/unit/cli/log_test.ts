/** Lines of the log, as text and as JSON. */
import assert from "node:assert/strict";
import { getLogger } from "@logtape/logtape";
import { startLog, type ZapFlags } from "../../../src/cli/log.ts";

async function logged(flags: ZapFlags): Promise<string[]> {
  const lines: string[] = [];
  const err = (line: string) => void lines.push(line);
  await startLog(flags, { out: () => {}, err, colour: false });
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
  await startLog({}, { out: () => {}, err: () => {}, colour: false });
  return lines;
}

Deno.test("text: a line an event, with what the sentence does not say behind it", async () => {
  const [info, error, ...others] = await logged({});
  assert.equal(others.length, 0);
  assert.match(
    info!,
    /^\d{4}-\S+Z \[INF\] kro·instance: App\.x\.dev n\/a is ready graph=app revision=3$/,
  );
  assert.match(error!, /failed: one \| two graph=app$/);
});

Deno.test("JSON: the same as fields", async () => {
  const lines = (await logged({ logFormat: "json", verbose: 1 })).map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => line.level), ["INFO", "DEBUG", "ERROR"]);
  assert.deepEqual([lines[0].graph, lines[0].revision, lines[0].instance], ["app", 3, "n/a"]);
  assert.equal(lines[2].error, "one\ntwo");
});

Deno.test("the second -v shows all there is", async () => {
  assert.equal((await logged({ verbose: 2 })).length, 4);
});
