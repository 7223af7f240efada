/**
 * Tests of `kro record` and `kro replay`: the repetition of a recorded pass, the file format, and the values
 * of Secrets.
 */
import assert from "node:assert/strict";
import {
  parseRecord,
  readRecord,
  RECORD_API,
  recordText,
  writeRecord,
} from "../../../src/cli/record/file.ts";
import { replayPass } from "../../../src/cli/record/pass.ts";
import { differencesOf } from "../../../src/cli/record/report.ts";
import { runCommand } from "../../support/command.ts";
import { PASSWORD, recorded } from "../../support/record.ts";

Deno.test("a replay gives the results of the recorded pass", async () => {
  const record = await recorded();
  const outcome = await replayPass(parseRecord(recordText(record), "file"));
  assert.deepEqual(differencesOf(record, outcome.nodes), []);
  const states = Object.fromEntries(outcome.nodes.map(({ id, state }) => [id, state]));
  assert.deepEqual(states, {
    config: "Ready",
    access: "Ready",
    app: "Ready",
    fixed: "Ready",
    late: "Pending",
  });
  assert.deepEqual(record.unreproducible, ["app"]);
  const [changed] = record.nodes;
  const other = [{ ...changed!, state: "Failed" as const }, ...record.nodes.slice(1)];
  assert.match(
    differencesOf({ ...record, nodes: other }, outcome.nodes).join(),
    /^node "config" differs from the record: expected Failed, .*found Ready/,
  );
});

Deno.test("a record contains HMACs instead of the values of Secrets and of values computed from them", async () => {
  const text = recordText(await recorded());
  for (
    const secret of [PASSWORD, btoa(PASSWORD), btoa(btoa(PASSWORD)), encodeURIComponent(PASSWORD)]
  ) {
    assert.ok(!text.includes(secret), `the record contains ${secret}`);
  }
  assert.ok(text.includes("hmac:"));
  assert.ok(text.includes(btoa("hmac:").slice(0, 6)), "the data of a Secret is base64");
  assert.match(text, /"color": "red"/);
  const again = recordText(await recorded());
  const hmac = /hmac:[\w-]+/;
  assert.notEqual(hmac.exec(text)![0], hmac.exec(again)![0], "each record has its own key");
});

Deno.test("a record of another version, an edited record and another file are refused", async () => {
  const record = await recorded();
  const refused = (text: string) => {
    try {
      parseRecord(text, "shop.json");
    } catch (error) {
      return (error as Error).message;
    }
    return "accepted";
  };
  const other = recordText({ ...record, kroVersion: "v0.0.1" });
  assert.match(refused(other), /shop\.json was made by kro v0\.0\.1, but this is kro devel/);
  const edited = recordText(record).replace('"color": "red"', '"color": "blue"');
  assert.match(refused(edited), /shop\.json was edited after kro wrote it/);
  assert.match(refused("{}"), /shop\.json is not a record of kro/);
  assert.match(refused("kind: Record"), /shop\.json is not a record of kro/);
  assert.match(refused("{"), /^shop\.json:1:2: invalid JSON: Expected property name/);
  const whole = recordText(record);
  assert.match(refused(whole.slice(0, 100)), /^shop\.json:\d+:\d+: invalid JSON: /);
  assert.match(refused('{\n "kind":'), /^shop\.json:2:9: invalid JSON: the file is incomplete$/);
  const format = whole.replace(RECORD_API, "record.kro.run/v9").replace('"devel"', '"v9.9.9"');
  assert.match(refused(format), /made by kro v9\.9\.9, but this is kro devel/);
  assert.match(
    refused(JSON.stringify({ kind: "Record", apiVersion: "record.kro.run/v2" })),
    /not a record/,
  );
});

Deno.test("kro replay prints the nodes, the waits and the next pass, and only the owner may read a record", async () => {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/shop.json`;
  try {
    await writeRecord(path, await recorded());
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    const { code, stdout, stderr } = await runCommand(["replay", path]);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^Shop default\/corner: IN_PROGRESS \(recorded at 2026-01-01T00:00:00Z by kro devel\)/,
    );
    assert.match(stdout, /^config +Ready +unchanged +ConfigMap default\/corner-config$/m);
    assert.match(stdout, /^node "late": Pending: .*missing/m);
    assert.match(stdout, /^not reproducible, because of values of Secrets: app$/m);
    assert.match(stdout, /^next pass: /m);
    const { stdout: json } = await runCommand(["replay", path, "-o", "json"]);
    assert.equal(JSON.parse(json).nodes.length, 5);
    const record = await readRecord(path);
    const lost = {
      ...record,
      calls: record.calls.filter(({ request }) => !/corner-config/.test(request)),
    };
    await writeRecord(path, lost);
    const missing = await runCommand(["replay", path]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /node "config" differs from the record: .*found Failed/);
    assert.match(missing.stdout, /the record has no answer to: (get|apply) ConfigMap/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a record is a fixture of kro test: its RGD, its instance and its objects", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await writeRecord(`${dir}/corner.json`, { ...await recorded(), kroVersion: "v0.0.1" });
    const content = `graphs: [corner.json]
tests:
  - name: the recorded instance
    instance: corner.json
    observed: [corner.json]
    expect:
      state: IN_PROGRESS
      status: { color: red }
      nodes: { config: Ready, access: Ready, late: Pending }
      objects: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: corner-config } }]
`;
    await Deno.writeTextFile(`${dir}/shop.test.yaml`, content);
    const { code, stdout, stderr } = await runCommand(["test", dir]);
    assert.equal(code, 0, stdout + stderr);
    const edited = (await Deno.readTextFile(`${dir}/corner.json`)).replace("v0.0.1", "v0.0.2");
    await Deno.writeTextFile(`${dir}/corner.json`, edited);
    const refused = await runCommand(["test", dir]);
    assert.equal(refused.code, 1);
    assert.match(refused.stdout + refused.stderr, /corner\.json was edited after kro wrote it/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
