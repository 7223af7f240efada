import assert from "node:assert/strict";
import { download, publishedChecksum, releaseOf } from "../../support/controlplane/download.ts";
import { moduleDir, type Program, programs } from "../../support/controlplane/parts.ts";

const goMod = await Deno.readTextFile(`${moduleDir}/go.mod`);
const machine = { os: "linux", arch: "amd64" };
const hex = async (data: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex();

/** Returns the files of all releases. The keys are the paths of the files on a mirror. */
async function releases(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const path = (url: string) => url.replace("https://", "/");
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const assets: { name: string; digest: string }[] = [];
  for (const program of programs) {
    const { url, checksums, name } = releaseOf(program, goMod, machine);
    const content = program === "etcd" ? await archive(name) : encode(`this is ${program}`);
    files.set(path(url), content);
    const sum = await hex(content);
    if (program === "kwok") assets.push({ name, digest: `sha256:${sum}` });
    else if (program === "etcd") files.set(path(checksums), encode(`${sum}  ${name}\n`));
    else files.set(path(checksums), encode(sum));
  }
  const kwok = releaseOf("kwok", goMod, machine);
  const stages = encode("kind: Stage");
  files.set(path(kwok.url).replace(/[^/]*$/, "stage-fast.yaml"), stages);
  assets.push({ name: "stage-fast.yaml", digest: `sha256:${await hex(stages)}` });
  files.set(path(kwok.checksums), encode(JSON.stringify({ assets })));
  return files;
}

async function archive(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const dir = await Deno.makeTempDir();
  const folder = name.replace(".tar.gz", "");
  await Deno.mkdir(`${dir}/${folder}`);
  await Deno.writeTextFile(`${dir}/${folder}/etcd`, "this is etcd");
  await Deno.writeTextFile(`${dir}/${folder}/etcdctl`, "not wanted");
  await new Deno.Command("tar", { args: ["-czf", name, folder], cwd: dir }).output();
  const data = await Deno.readFile(`${dir}/${name}`);
  await Deno.remove(dir, { recursive: true });
  return data;
}

async function downloadFrom(
  files: Map<string, Uint8Array<ArrayBuffer>>,
  check: (into: string, result: Promise<void>) => Promise<void>,
): Promise<void> {
  const into = await Deno.makeTempDir();
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      const content = files.get(new URL(request.url).pathname);
      return content ? new Response(content) : new Response("not here", { status: 404 });
    },
  );
  const base = `http://127.0.0.1:${server.addr.port}/`;
  try {
    await check(into, download(into, () => {}, machine, base));
  } finally {
    await Deno.remove(into, { recursive: true });
  }
}

Deno.test("a download fetches every program as an executable, and kwok's stage files", async () => {
  await downloadFrom(await releases(), async (into, result) => {
    await result;
    for (const program of programs) {
      assert.equal(await Deno.readTextFile(`${into}/${program}`), `this is ${program}`);
      assert.equal((await Deno.stat(`${into}/${program}`)).mode! & 0o777, 0o755, program);
    }
    assert.equal(await Deno.readTextFile(`${into}/stages/stage-fast.yaml`), "kind: Stage");
    const names = [...Deno.readDirSync(into)].map(({ name }) => name).sort();
    assert.deepEqual(names, [...programs, "stages"].sort(), "no other files are left");
  });
});

for (const program of ["etcd", "kube-apiserver", "kwok"] as Program[]) {
  Deno.test(`a ${program} that differs from its published checksum is refused and deleted`, async () => {
    const files = await releases();
    const release = releaseOf(program, goMod, machine);
    files.set(release.url.replace("https://", "/"), new TextEncoder().encode("something else"));
    await downloadFrom(files, async (into, result) => {
      await assert.rejects(result, (error: Error) => {
        assert.ok(error.message.includes(`${release.url} has SHA-256`));
        assert.ok(error.message.includes(release.checksums));
        return true;
      });
      await assert.rejects(Deno.stat(`${into}/${release.name}`), Deno.errors.NotFound);
    });
  });
}

Deno.test("a download fails if no checksum is published or a file is missing", async () => {
  const release = releaseOf("kubectl", goMod, machine);
  const without = await releases();
  without.set(release.checksums.replace("https://", "/"), new TextEncoder().encode("gone"));
  await downloadFrom(without, (_, result) => assert.rejects(result, /has no SHA-256 of kubectl/));
  const missing = await releases();
  missing.delete(release.url.replace("https://", "/"));
  await downloadFrom(missing, (_, result) => assert.rejects(result, /kubectl: 404/));
});

Deno.test("a platform without Kubernetes server releases gets an error that recommends Go", async () => {
  await assert.rejects(
    download("/nowhere", () => {}, { os: "darwin", arch: "arm64" }),
    /install Go/,
  );
});

Deno.test("publishedChecksum reads the checksum formats of all projects", () => {
  const sum = "a".repeat(64);
  const cases: [string, string, string | undefined][] = [
    ["the sum alone", sum, sum],
    ["the sum and a line break", `${sum}\n`, sum],
    ["a list", `${"b".repeat(64)}  y\n${sum}  x\n`, sum],
    ["a list in binary mode", `${sum} *x\n`, sum],
    ["a list without it", `${sum}  xx\n`, undefined],
    ["GitHub's release", `{"assets":[{"name":"x","digest":"sha256:${sum}"}]}`, sum],
    ["a release with another digest", `{"assets":[{"name":"x","digest":"md5:1"}]}`, undefined],
    ["an error page", "<html>", undefined],
  ];
  for (const [name, text, expected] of cases) {
    assert.equal(publishedChecksum(text, "x"), expected, name);
  }
});
