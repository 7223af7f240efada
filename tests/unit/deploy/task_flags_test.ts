/** Tests that Deno tasks which take flags reject invalid command lines and print their usage. */
import assert from "node:assert/strict";

async function run(task: string, flag: string) {
  const path = new URL(`../../../deploy/tasks/${task}.ts`, import.meta.url).pathname;
  const args = ["run", "-A", path, flag];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

for (const task of ["sbom", "compile"]) {
  Deno.test(`deno task ${task} prints its usage, and refuses unknown flags without a stack`, async () => {
    const help = await run(task, "--help");
    assert.equal(help.code, 0);
    assert.match(help.stdout, new RegExp(`^Usage: deno task ${task} `));
    const wrong = await run(task, "--hlep");
    assert.equal(wrong.code, 2);
    assert.equal(wrong.stdout, "");
    assert.match(wrong.stderr, /^Unknown option '--hlep'\n/);
    assert.match(wrong.stderr, /\nUsage: /);
    assert.doesNotMatch(wrong.stderr, /\n\s+at /);
  });
}
