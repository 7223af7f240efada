import assert from "node:assert/strict";
import { isRunning } from "../../support/runner/survivors.ts";

const script = new URL("../../support/runner/main.ts", import.meta.url).pathname;

/** Runs `deno task test` on a file with this source, as a test that needs no cluster. */
async function runOn(source: string, ...args: string[]) {
  const dir = await Deno.makeTempDir();
  const folder = `${dir}/tests/unit`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/a_test.ts`, source);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ...args, `${folder}/a_test.ts`],
    env: { NO_COLOR: "1" },
  }).output();
  await Deno.remove(dir, { recursive: true });
  const decoder = new TextDecoder();
  const lines = decoder.decode(stdout).trimEnd().split("\n");
  return { code, lines, last: lines.at(-1), stderr: decoder.decode(stderr) };
}

const needsProc = Deno.build.os === "linux" ? "" : " (ignored: needs /proc)";
const good = 'Deno.test("good", () => {});\n';
const bad = 'Deno.test("bad", () => { throw new Error("boo"); });\n';
const ignored = (name: string) => `Deno.test({ name: "${name}", ignore: true, fn() {} });\n`;

Deno.test("a run ends with the count of its tests and fails when one did", async () => {
  const late = `setTimeout(() => { throw new Error("late"); });
    Deno.test("slow", () => new Promise((resolve) => setTimeout(resolve, 50)));`;
  const cases: [string, string, RegExp][] = [
    ["one bad", good + bad, /^1 passed, 1 failed$/],
    ["a module that throws", good + 'throw new Error("module");', /^0 passed, 1 failed$/],
    ["a module that is no TypeScript", "this is none", /^0 passed, 1 failed$/],
    ["an error outside the tests", good + late, /, 1 failed$/],
  ];
  for (const [name, source, last] of cases) {
    const result = await runOn(source);
    assert.equal(result.code, 1, `${name}: ${result.lines.join("\n")}${result.stderr}`);
    assert.match(result.last ?? "", last, name);
  }
});

Deno.test("an ignored test prints its reason, and fails the run without one", async () => {
  const needsMirror = ignored("x (ignored: needs a mirror)");
  const { code, last } = await runOn(good + needsMirror);
  assert.deepEqual([code, last], [0, "1 passed, 0 failed, 1 skipped"]);
  const unexplained = await runOn(good + needsMirror + ignored("y"));
  assert.equal(unexplained.code, 1);
  assert.deepEqual(unexplained.lines.slice(-3), [
    "ignored: x (ignored: needs a mirror)",
    'ignored without "(ignored: reason)": y',
    "1 passed, 1 failed, 2 skipped",
  ]);
});

Deno.test("a filter takes out tests without counting them", async () => {
  assert.equal((await runOn(good + bad, "--filter", "good")).last, "1 passed, 0 failed");
  assert.equal((await runOn(good, "--filter", "nothing")).last, "0 passed, 1 failed");
});

Deno.test("a run with nothing to run fails", async () => {
  const { code, stderr, last } = await runOn(good, "--cluster", "--filter", "x", "/nowhere");
  assert.equal(code, 1);
  assert.match(stderr, /nowhere/);
  assert.equal(last, "0 passed, 1 failed");
});

Deno.test({
  name: `a process that outlives the tests is named, ended, and fails the run${needsProc}`,
  ignore: needsProc !== "",
  fn: async () => {
    const leak = `Deno.test("leaks", async () => {
      const args = ["-c", "sleep 1000 >/dev/null 2>&1 & echo $!"];
      await new Deno.Command("sh", { args }).output();
    });`;
    const { code, last, stderr } = await runOn(leak);
    assert.equal(code, 1);
    assert.equal(last, "1 passed, 1 failed");
    const [, pid] = /survived the tests: process (\d+): sleep 1000/.exec(stderr) ?? [];
    assert.equal(await isRunning(Number(pid)), false);
  },
});
