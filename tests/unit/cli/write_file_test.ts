/** Tests that a file is written as a whole, also when the process is interrupted. */
import assert from "node:assert/strict";
import { writeFile } from "../../../src/cli/write_file.ts";

const CLI = new URL("../../../src/cli", import.meta.url).href;

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
const modeOf = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;

Deno.test("a file keeps its mode, unless another one is given; a link stays a link", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/file`;
    await Deno.writeTextFile(path, "a long old content", { mode: 0o640 });
    await Deno.symlink("file", `${folder}/link`);
    writeFile(`${folder}/link`, "new");
    assert.deepEqual([await Deno.readTextFile(path), modeOf(path)], ["new", 0o640]);
    writeFile(path, "private", 0o600);
    assert.deepEqual([await Deno.readTextFile(path), modeOf(path)], ["private", 0o600]);
    assert.ok(Deno.lstatSync(`${folder}/link`).isSymlink);
    assert.deepEqual(names(folder), ["file", "link"]);
    writeFile("/dev/null", "a device is written directly", 0o600);
  });
});

Deno.test("a write that fails leaves the folder as it was", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/taken`);
    assert.throws(() => writeFile(`${folder}/taken`, "text"));
    assert.throws(() => writeFile(`${folder}/none/file`, "text"), Deno.errors.NotFound);
    assert.deepEqual(names(folder), ["taken"]);
  });
});

Deno.test("a partial file that a process with the same id has left does not stop a write", async () => {
  await withFolder(async (folder) => {
    const left = `file.${Deno.pid}.partial`;
    await Deno.writeTextFile(`${folder}/${left}`, "left by a process that was killed");
    writeFile(`${folder}/file`, "text");
    assert.equal(await Deno.readTextFile(`${folder}/file`), "text");
    assert.deepEqual(names(folder), ["file", left]);
  });
});

Deno.test("a signal during the write ends the process after the write", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "old");
    // The signal arrives when the new content is complete, but the file still has the old content.
    const code = `import { onInterrupt } from ${JSON.stringify(`${CLI}/interrupt.ts`)};
      import { writeFile } from ${JSON.stringify(`${CLI}/write_file.ts`)};
      using _ = onInterrupt();
      const rename = Deno.renameSync;
      Deno.renameSync = (from, to) => {
        Deno.kill(Deno.pid, "SIGINT");
        const end = performance.now() + 100;
        while (performance.now() < end);
        rename(from, to);
      };
      writeFile(${JSON.stringify(`${folder}/file`)}, "new");
      await new Promise((resolve) => setTimeout(resolve, 60_000));`;
    const { code: exit } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", code],
      stderr: "null",
    }).output();
    assert.equal(exit, 130);
    assert.equal(await Deno.readTextFile(`${folder}/file`), "new");
    assert.deepEqual(names(folder), ["file"]);
  });
});
