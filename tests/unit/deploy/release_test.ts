/**
 * Tests of `deno task release`. The executables are built on a base binary that cannot run: the
 * program `true` instead of Deno's runtime, which `deno compile` would have to download.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { load } from "js-yaml";
import { parseTarGzip } from "nanotar";
import { tarGz, zip } from "../../../deploy/release/archive.ts";
import { causeIn } from "../../../deploy/release/build.ts";
import { homebrewFormula } from "../../../deploy/release/homebrew.ts";
import { krewManifest } from "../../../deploy/release/krew.ts";
import { type Archive, archiveName, TARGETS } from "../../../deploy/release/targets.ts";
import { read, root } from "../../support/documents.ts";
import { runStep } from "../../support/workflows.ts";

/** Runs `deno task release` with these arguments, and returns its exit code and output. */
async function release(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "deploy/release/main.ts", ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

interface Manifest {
  spec: {
    version: string;
    platforms: {
      selector: { matchLabels: { os: string; arch: string } };
      uri: string;
      sha256: string;
      bin: string;
    }[];
  };
}

/** Returns the pairs of download address and checksum of a formula. */
function downloadsOf(formula: string): [url: string, sha256: string][] {
  return [...formula.matchAll(/url "([^"]+)"\n\s+sha256 "([0-9a-f]{64})"/g)]
    .map(([, url, sha256]) => [url!, sha256!]);
}

/** The tag of the release that the test builds into a folder below `dist/release`. */
const TAG = "v0.0.0-test";

const needsLinux = Deno.build.os === "linux" ? "" : " (ignored: needs a Linux executable)";

Deno.test({
  name:
    `the workflow builds archives, manifests and checksums, and names missing parts${needsLinux}`,
  ignore: needsLinux !== "",
  fn: async () => {
    const dir = join(root, "dist/release", TAG);
    try {
      const version = read("src/api/version.ts");
      const env = { GITHUB_REF_NAME: TAG, GITHUB_REPOSITORY: "owner/kro", HELM: "/no/helm" };
      const built = await runStep("Build the release", { ...env, DENORT_BIN: "/bin/true" });
      const missing = new Map(
        [...built.stderr.matchAll(/^missing: ([\w-]+): (.+)$/gm)].map((
          [, part, why],
        ) => [part!, why!]),
      );
      assert.deepEqual([...missing.keys()], [
        "darwin-amd64",
        "darwin-arm64",
        "windows-amd64",
        "chart",
      ]);
      assert.match(missing.get("chart")!, /^\/no\/helm is not installed; .*HELM/);
      assert.match(missing.get("windows-amd64")!, /^Writing binary bytes: Invalid object/);
      assert.equal(built.code, 1);
      assert.equal(read("src/api/version.ts"), version);

      const archives = ["amd64", "arm64"].map((arch) => `kro_${TAG}_linux_${arch}.tar.gz`);
      const files = [...archives, "krew.yaml", "kro.rb", `kro_${TAG}.spdx.json`, "SHA256SUMS"];
      const printed = built.stdout.trim().split("\n");
      assert.deepEqual(printed.sort(), files.map((file) => join(dir, file)).sort());

      for (const archive of archives) {
        const entries = await parseTarGzip(await Deno.readFile(join(dir, archive)));
        assert.deepEqual(
          entries.map(({ name, attrs }) => [name, attrs?.mode?.slice(-3), attrs?.mtime]),
          [["kro", "755", 0], ["LICENSE", "644", 0], ["THIRD_PARTY_LICENSES", "644", 0]],
        );
        assert.ok(entries[0]!.text.includes(TAG), "the executable has the version");
        assert.equal(entries[1]!.text, read("LICENSE"));
        assert.match(entries[2]!.text, /^hono@[\d.]+ \(MIT\)\n\nMIT License/m);
      }

      const verified = await runStep("Verify the checksums", env);
      assert.equal(verified.code, 0, verified.stderr);
      const sums = new Map(
        (await Deno.readTextFile(join(dir, "SHA256SUMS"))).trim().split("\n")
          .map((line) => line.split("  ").reverse() as [string, string]),
      );
      assert.deepEqual([...sums.keys()].sort(), files.filter((f) => f !== "SHA256SUMS").sort());

      const sbom = JSON.parse(await Deno.readTextFile(join(dir, `kro_${TAG}.spdx.json`)));
      assert.deepEqual([sbom.packages[0].name, sbom.packages[0].versionInfo], ["kro", TAG]);
      const base = `https://github.com/owner/kro/releases/download/${TAG}/`;
      const expected = archives.map((name) => [base + name, sums.get(name)]);
      const krew = load(await Deno.readTextFile(join(dir, "krew.yaml"))) as Manifest;
      assert.equal(krew.spec.version, TAG);
      assert.deepEqual(krew.spec.platforms.map(({ uri, sha256 }) => [uri, sha256]), expected);
      const formula = await Deno.readTextFile(join(dir, "kro.rb"));
      assert.deepEqual(downloadsOf(formula).sort(), expected.sort());
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test("a release without a repository, or without archives, names the parts that need them", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const only = ["--only", "krew,chart", "--only", "checksums"];
    const env = { HELM: "/no/helm", GITHUB_REPOSITORY: "" };
    const without = await release(["v1.0.0", "--out", dir, ...only], env);
    assert.match(without.stderr, /^missing: krew: .*set --repository OWNER\/NAME$/m);
    assert.match(without.stderr, /^missing: chart: .*set --repository OWNER\/NAME$/m);
    assert.equal(without.stdout, `${join(dir, "SHA256SUMS")}\n`);
    assert.equal(without.code, 1);
    const empty = await release(["v1.0.0", "--out", dir, "--only", "homebrew"], {
      GITHUB_REPOSITORY: "owner/kro",
    });
    assert.match(empty.stderr, /^missing: homebrew: .* contains no archive of v1\.0\.0$/m);
    assert.equal(empty.code, 1);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

const WRONG: [args: string[], message: RegExp][] = [
  [[], /"" is not a tag: write it as v1\.2\.3/],
  [["1.2.3"], /"1\.2\.3" is not a tag/],
  [["devel"], /"devel" is not a tag/],
  [["v1.2.3", "--only", "linux-amd46"], /"linux-amd46" is not .*did you mean "linux-amd64"\?/],
  [["v1.2.3", "--only", "everything"], /"everything" is not .*the parts are linux-amd64, .*sums/],
  [["v1.2.3", "--onyl", "sbom"], /--onyl/],
];

for (const [args, message] of WRONG) {
  Deno.test(`deno task release ${args.join(" ")} is refused with exit code 2`, async () => {
    const { code, stderr } = await release(args);
    assert.match(stderr, message);
    assert.equal(code, 2);
  });
}

const files = [
  { name: "kro", data: new Uint8Array(100_000).fill(7), isExecutable: true },
  { name: "LICENSE", data: new TextEncoder().encode("free") },
];

Deno.test("the same files give the same archive at any time", async () => {
  const first = [tarGz(files), zip(files)];
  // The bytes 10 to 13 of a zip archive are the DOS time and date of its first file.
  assert.deepEqual([...first[1]!.slice(10, 14)], [0, 0, 0x21, 0]);
  // The bytes 4 to 7 of gzip data are the modification time.
  assert.deepEqual([...first[0]!.slice(4, 8)], [0, 0, 0, 0]);
  const entries = await parseTarGzip(first[0]!);
  assert.deepEqual(
    entries.map(({ attrs }) => [attrs?.mtime, attrs?.uid, attrs?.gid, attrs?.user, attrs?.group]),
    entries.map(() => [0, 0, 0, "", ""]),
  );
  assert.deepEqual(Object.keys(unzipSync(first[1]!)), ["kro", "LICENSE"]);
  assert.deepEqual([tarGz(files), zip(files)], first);
});

Deno.test("the krew manifest and the Homebrew formula contain all platforms of their users", () => {
  const archives: Archive[] = TARGETS.map((target, index) => {
    const file = archiveName("v1.2.3", target);
    return { target, file, url: `https://host/${file}`, sha256: String(index).repeat(64) };
  });
  const { spec } = load(krewManifest("v1.2.3", "owner/kro", archives)) as Manifest;
  assert.deepEqual(
    spec.platforms.map(({ selector: { matchLabels: { os, arch } }, bin, uri }) =>
      [os, arch, bin, uri.replace("https://host/kro_v1.2.3_", "")].join(" ")
    ),
    [
      "linux amd64 kro linux_amd64.tar.gz",
      "linux arm64 kro linux_arm64.tar.gz",
      "darwin amd64 kro darwin_amd64.tar.gz",
      "darwin arm64 kro darwin_arm64.tar.gz",
      "windows amd64 kro.exe windows_amd64.zip",
    ],
  );
  const formula = homebrewFormula("v1.2.3", "owner/kro", archives);
  const unix = archives.filter(({ target }) => target.os !== "windows");
  const pairs = unix.map(({ url, sha256 }): [string, string] => [url, sha256]);
  assert.deepEqual(downloadsOf(formula).sort(), pairs.sort());
  assert.match(formula, /on_macos do\s+on_intel do\s+url "[^"]+darwin_amd64/);
  assert.match(formula, /on_linux do\s+on_intel do\s+url "[^"]+linux_amd64/);
  // Ruby closes each block with "end".
  assert.equal(formula.match(/ do$|^class |def /gm)?.length, formula.match(/^ *end$/gm)?.length);
});

Deno.test("the message for a part that fails contains the error or its first causes, in one line", () => {
  const download = "error: Writing file\n\nCaused by:\n    0: Setting up base binary.\n" +
    "    1: error sending request\n    2: dns error\n\nStack backtrace:\n   0: <unknown>\n";
  assert.equal(causeIn(download), "Setting up base binary: error sending request");
  assert.equal(causeIn("\x1b[31merror\x1b[0m: Task not found: sbom\n"), "Task not found: sbom");
  assert.equal(causeIn("first\nlast\n"), "last");
});
