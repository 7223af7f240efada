/**
 * Tests of the Containerfile. The commands of its build stage run on a copy of the files that the stage
 * copies. `deno compile` would have to download Deno's runtime for executables, because npm does not contain
 * it. The tests use the program `deno` as the runtime instead. The resulting executable does not run, but
 * contains the same files and permissions as the image's executable.
 */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { Command } from "commander";
import { addControllerFlags } from "../../../src/cli/controller_flags.ts";
import { DEBUG_DIR, ENDPOINT_HOSTS, PERMISSIONS } from "../../../src/cli/mod.ts";

const root = new URL("../../..", import.meta.url).pathname;

/** An instruction, with its name and its arguments on one line. */
type Instruction = [name: string, args: string];

const instructions = Deno.readTextFileSync(`${root}Containerfile`)
  .replaceAll(/^#.*\n/gm, "").replaceAll(/\\\n\s*/g, "").split("\n")
  .map((line) => line.split(/ (.*)/, 2) as Instruction).filter(([name]) => name !== "");
const final = instructions.slice(instructions.findLastIndex(([name]) => name === "FROM"));
const build = instructions.slice(0, -final.length);

const argsOf = (stage: Instruction[], name: string) =>
  stage.filter((each) => each[0] === name).map((each) => each[1]);

/**
 * Runs the commands of the Containerfile's build stage, and returns their output and the content of the
 * executable.
 */
async function built(apiServer: string): Promise<{ output: string; executable: string }> {
  const dir = await Deno.makeTempDir({ prefix: "kro-build-" });
  try {
    for (const args of argsOf(build, "COPY")) {
      const paths = args.split(" ");
      const target = `${dir}/${paths.pop()}`;
      await Deno.mkdir(dirname(target), { recursive: true });
      const copy = ["-r", ...paths.map((path) => root + path), target];
      assert.ok((await new Deno.Command("cp", { args: copy }).output()).success, args);
    }
    const lock = await Deno.readTextFile(`${dir}/deno.lock`);
    let output = "";
    for (const args of argsOf(build, "RUN")) {
      const { success, stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", args],
        cwd: dir,
        env: {
          PATH: `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`,
          DENORT_BIN: await Deno.realPath(Deno.execPath()),
          NO_COLOR: "1",
          VERSION: "v1.2.3",
          API_SERVER: apiServer,
        },
      }).output();
      for (const bytes of [stdout, stderr]) output += new TextDecoder().decode(bytes);
      assert.ok(success, output);
    }
    assert.equal(await Deno.readTextFile(`${dir}/deno.lock`), lock, "deno.lock has changed");
    const executable = new TextDecoder("latin1").decode(await Deno.readFile(`${dir}/dist/kro`));
    return { output, executable };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Returns the permissions that `deno compile` has written into an executable. */
function permissionsIn(executable: string): Record<string, unknown> {
  const found = [...executable.matchAll(/"permissions":(\{"allow_env".*?\}),"location"/g)];
  return JSON.parse(found.at(-1)![1]!);
}

Deno.test("the image's executable contains only the bundle, with the permissions of the controller", async () => {
  const { output, executable } = await built("");
  const embedded = /Embedded Files([\s\S]*?)Files:/.exec(output)![1]!;
  assert.deepEqual(embedded.match(/[\w./-]+\.[a-z]+\b/g), ["kro.js"], output);
  assert.ok(executable.includes("v1.2.3"), "the version is not stamped");
  const permissions = permissionsIn(executable);
  const { net, read, env, sys } = PERMISSIONS.controller;
  assert.deepEqual(permissions.allow_net, net.flag);
  assert.deepEqual(permissions.allow_read, read.flag);
  assert.deepEqual(permissions.allow_write, [DEBUG_DIR]);
  assert.deepEqual(permissions.allow_env, env.flag);
  assert.deepEqual(permissions.allow_sys, sys.flag);
  assert.deepEqual([permissions.allow_run, permissions.allow_ffi], [null, null]);
  assert.equal(permissions.prompt, false);
});

Deno.test("an image for one API server permits only its host and the default ports", async () => {
  const { allow_net } = permissionsIn((await built("10.96.0.1:443")).executable);
  assert.deepEqual(allow_net, ["10.96.0.1:443", ...ENDPOINT_HOSTS]);
});

Deno.test("the image runs as user 65532 without a shell, and exposes the default ports", () => {
  assert.match(final[0]![1], /^gcr\.io\/distroless\/cc-debian12:nonroot$/);
  assert.deepEqual(argsOf(final, "RUN"), []);
  assert.deepEqual(argsOf(final, "USER"), ["65532:65532"]);
  assert.deepEqual(argsOf(final, "ENTRYPOINT"), ['["/kro", "controller"]']);
  assert.deepEqual(argsOf(final, "COPY"), ["--from=build /src/dist/kro /kro"]);
  const { healthProbeBindAddress, metricsBindAddress } = addControllerFlags(new Command()).opts();
  const addresses = [healthProbeBindAddress, metricsBindAddress] as string[];
  assert.deepEqual(ENDPOINT_HOSTS, addresses.map((address) => `0.0.0.0${address}`));
  const ports = addresses.map((address) => address.slice(1)).sort();
  assert.deepEqual(argsOf(final, "EXPOSE"), [ports.join(" ")]);
});

Deno.test("the build uses the Deno version of CI, and fails if deno.lock is outdated", () => {
  const version = /^version=(.*)$/m.exec(Deno.readTextFileSync(`${root}.ci/run`))![1];
  assert.deepEqual(build[0], ["FROM", `docker.io/denoland/deno:${version} AS build`]);
  assert.match(argsOf(build, "RUN").join(), /deno install --frozen /);
});
