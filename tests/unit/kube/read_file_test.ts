// Tests of reading files that users name: named pipes, devices and large files.
import assert from "node:assert/strict";
import { loadConfig, readBytes } from "../../../src/kube/mod.ts";
import { fileCredentials } from "../../../src/kube/credentials.ts";

/** Creates a named pipe. Disposing the object removes the pipe. */
function namedPipe(): { path: string } & Disposable {
  const dir = Deno.makeTempDirSync();
  const path = `${dir}/pipe`;
  const { success } = new Deno.Command("mkfifo", { args: [path] }).outputSync();
  assert.ok(success);
  return { path, [Symbol.dispose]: () => Deno.removeSync(dir, { recursive: true }) };
}

function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(path)) yield path;
  }
}

/** Writes a text to a named pipe, from a program that waits for a reader. */
async function writeTo(path: string, text: string): Promise<void> {
  const args = ["-c", 'printf %s "$1" > "$0"', path, text];
  const { success } = await new Deno.Command("sh", { args }).output();
  assert.ok(success);
}

const read = async (path: string, mib = 1, waitMs = 5000) =>
  new TextDecoder().decode(await readBytes(path, { mib, waitMs }));

Deno.test("a named pipe that no program opens for writing is refused", async () => {
  using pipe = namedPipe();
  await assert.rejects(read(pipe.path, 1, 100), {
    message: "no program wrote to this pipe within 0.1 s",
  });
});

Deno.test("a named pipe whose writer never writes is refused", async () => {
  using pipe = namedPipe();
  // A descriptor that is open for reading and writing is also a writer, and never waits for another.
  using _writer = Deno.openSync(pipe.path, { read: true, write: true });
  await assert.rejects(read(pipe.path, 1, 100), {
    message: "no program wrote to this pipe within 0.1 s",
  });
});

Deno.test("the content of a named pipe is read until its writer closes it", async () => {
  using pipe = namedPipe();
  const text = "a".repeat(100_000);
  const writer = writeTo(pipe.path, text);
  assert.equal(await read(pipe.path), text);
  await writer;
});

Deno.test("a named pipe with more data than the limit is refused", async () => {
  using pipe = namedPipe();
  const writer = new Deno.Command("sh", { args: ["-c", 'cat /dev/zero > "$0"', pipe.path] })
    .spawn();
  await assert.rejects(read(pipe.path), { message: "larger than 1 MiB" });
  // kro has closed the pipe, so the writer ends by SIGPIPE.
  assert.equal((await writer.status).success, false);
});

Deno.test("requests keep the last token while the token file is a pipe without data", async () => {
  const dir = Deno.makeTempDirSync();
  const path = `${dir}/token`;
  Deno.writeTextFileSync(path, "one");
  let now = 0;
  const { authorization } = fileCredentials(path, () => now);
  assert.equal(await authorization!(), "Bearer one");
  Deno.removeSync(path);
  using pipe = namedPipe();
  Deno.symlinkSync(pipe.path, path);
  now += 60_000;
  const renewed = authorization!();
  assert.equal(await authorization!(), "Bearer one");
  await writeTo(pipe.path, "two");
  assert.equal(await renewed, "Bearer two");
  Deno.removeSync(dir, { recursive: true });
});

Deno.test("a token file, a certificate and a kubeconfig that are named pipes are read", async () => {
  using token = namedPipe();
  using ca = namedPipe();
  using config = namedPipe();
  const pem = "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n";
  const loaded = loadConfig({ kubeconfig: config.path });
  await writeTo(
    config.path,
    `
clusters: [{name: c, cluster: {server: "https://k", certificate-authority: ${ca.path}}}]
users: [{name: u, user: {tokenFile: ${token.path}}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`,
  );
  await writeTo(ca.path, pem);
  const { ca: authority, authorization } = await loaded;
  assert.equal(authority, pem);
  const value = authorization!();
  await writeTo(token.path, "t");
  assert.equal(await value, "Bearer t");
});

Deno.test("every file that a user names is read within limits", () => {
  const found: string[] = [];
  for (const path of sources("src")) {
    if (path === "src/kube/read_file.ts") continue;
    const text = Deno.readTextFileSync(path);
    if (/Deno\.(?:readFile|readTextFile|open)(?:Sync)?\(/.test(text)) found.push(path);
  }
  // The only call in this file opens the path of an output file for writing.
  assert.deepEqual(found, ["src/cli/write_file.ts"]);
});
