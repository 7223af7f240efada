/** Tests that the pending timers of another process can be counted. */
import assert from "node:assert/strict";
import { leaked } from "../../faults/oracles.ts";

const PRELOAD = new URL("../../faults/timer_count.ts", import.meta.url).pathname;

/** Runs a program, and returns the number of pending timers that it logs on request. */
async function timersOf(program: string): Promise<number> {
  const file = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(file, `${program}\nconsole.log("ready")`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", `--preload=${PRELOAD}`, file],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  try {
    await child.stdout.getReader().read();
    child.kill("SIGUSR2");
    const { value } = await child.stderr.pipeThrough(new TextDecoderStream()).getReader().read();
    return Number(/(\d+) timers/.exec(value ?? "")?.[1]);
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await Deno.remove(file);
  }
}

Deno.test("leaks: timers that are never cleared", async () => {
  const many = "for (let i = 0; i < 20; i++) setInterval(() => {}, 60_000)";
  const none = `setTimeout(() => {}, 60_000);
    for (let i = 0; i < 20; i++) clearTimeout(setTimeout(() => {}, 60_000));
    await new Promise((done) => setTimeout(done, 1));`;
  const [before, after] = [await timersOf(none), await timersOf(many)];
  assert.equal(before, 1);
  assert.equal(after, 20);
  assert.deepEqual(leaked("timers", before, after), ["timers grew from 1 to 20"]);
});
