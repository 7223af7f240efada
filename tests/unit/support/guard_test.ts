import assert from "node:assert/strict";
import { guarded, tail } from "../../support/controlplane/guard.ts";
import { isRunning } from "../../support/runner/survivors.ts";

async function gone(pid: number): Promise<void> {
  while (await isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

Deno.test("a guarded program ends with the process that started it, even after SIGKILL", async () => {
  const guard = import.meta.resolve("../../support/controlplane/guard.ts");
  const code = `import { guarded } from "${guard}";
    const a = guarded("sleep", ["1000"], { detached: true, log: "/dev/null" });
    const b = guarded("sh", ["-c", "trap '' TERM INT HUP; while :; do sleep 1; done"]);
    console.log(a.pid, b.pid);
    setInterval(() => {}, 1e6);`;
  const runner = new Deno.Command(Deno.execPath(), { args: ["eval", code], stdout: "piped" })
    .spawn();
  const reader = runner.stdout.getReader();
  const { value } = await reader.read();
  const pids = new TextDecoder().decode(value).trim().split(" ").map(Number);
  assert.equal(pids.length, 2);
  for (const pid of pids) assert.equal(await isRunning(pid), true);
  runner.kill("SIGKILL");
  await Promise.all(pids.map(gone));
  await reader.cancel();
  await runner.status;
});

Deno.test("a guarded program has its exit code, output and log", async () => {
  const piped = guarded("sh", ["-c", "echo out; echo err >&2; exit 3"], { env: { X: "1" } });
  const [out, err, status] = await Promise.all([
    new Response(piped.output.stdout).text(),
    new Response(piped.output.stderr).text(),
    piped.status,
  ]);
  assert.deepEqual([out, err, status.code], ["out\n", "err\n", 3]);

  const log = await Deno.makeTempFile();
  await guarded("sh", ["-c", "for i in 1 2 3 4 5; do echo line $i; done"], { log }).status;
  assert.equal(await tail(log, 2), "    line 4\n    line 5");
  await Deno.remove(log);
});

Deno.test("stop sends SIGTERM, and SIGKILL to a program that does not end", async () => {
  const polite = guarded("sh", ["-c", "trap 'exit 7' TERM; echo up; while :; do sleep 0.05; done"]);
  await ready(polite.output.stdout);
  await polite.stop();
  assert.equal((await polite.status).code, 7);
  await polite.stop();

  const deaf = guarded("sh", ["-c", "trap '' TERM; echo up; while :; do sleep 0.05; done"]);
  await ready(deaf.output.stdout);
  await deaf.stop(50);
  assert.equal((await deaf.status).signal, "SIGKILL");
  await Promise.all([polite, deaf].map(({ output }) => output.stderr.cancel()));
});

async function ready(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel();
}
