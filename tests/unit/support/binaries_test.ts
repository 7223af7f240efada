import assert from "node:assert/strict";
import { cacheDir, cacheKey, findBinaries } from "../../support/controlplane/binaries.ts";
import { type Program, programs } from "../../support/controlplane/parts.ts";

/** Creates a folder with executable files of these names. */
async function folderWith(dir: string, names: readonly string[]): Promise<string> {
  await Deno.mkdir(dir, { recursive: true });
  for (const name of names) await Deno.writeTextFile(`${dir}/${name}`, "", { mode: 0o755 });
  return dir;
}

/**
 * Searches for the binaries in an environment that contains none of this machine's programs, with a cache
 * folder below `root`. `made` contains the builds and downloads of the search.
 */
async function search(
  root: string,
  variables: Record<string, string>,
  options: { go?: string; wanted?: readonly Program[] } = {},
) {
  const made: string[] = [];
  const obtain = (kind: string) => async (into: string) => {
    made.push(kind);
    await folderWith(into, programs);
    await folderWith(`${into}/stages`, ["pod.yaml"]);
  };
  const env = new Map([["XDG_CACHE_HOME", `${root}/cache`], ...Object.entries(variables)]);
  const found = await findBinaries(options.wanted ?? programs, {
    progress: () => {},
    env,
    go: () => Promise.resolve(options.go),
    build: obtain("build"),
    download: obtain("download"),
  });
  return { found, made, place: found.paths.etcd?.replace(/\/etcd$/, "").replace(root, "") };
}

async function temporary(test: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await test(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("binaries are searched in KUBEBUILDER_ASSETS, PATH and the cache, and built if not found", () =>
  temporary(async (root) => {
    const withoutKwok = programs.filter((name) => name !== "kwok");
    const assets = await folderWith(`${root}/assets`, programs);
    const path = await folderWith(`${root}/path`, programs);
    await folderWith(`${assets}/stages`, ["pod.yaml"]);
    await folderWith(`${path}/stages`, ["pod.yaml"]);
    const partial = await folderWith(`${root}/partial`, withoutKwok);
    const built = `/cache/kro-controlplane/${await cacheKey("go1")}`;

    const cases: [string, Record<string, string>, string, string[]][] = [
      ["assets first", { KUBEBUILDER_ASSETS: assets, PATH: path }, "/assets", []],
      ["PATH next", { PATH: `/nowhere:${path}` }, "/path", []],
      ["a folder that lacks a program is skipped", { KUBEBUILDER_ASSETS: partial }, built, [
        "build",
      ]],
      ["the cache next", {}, built, []],
    ];
    for (const [name, variables, expected, madeExpected] of cases) {
      const { place, made, found } = await search(root, variables, { go: "go1" });
      assert.equal(place, expected, name);
      assert.deepEqual(made, madeExpected, name);
      assert.equal(found.stages.length, 1, name);
    }
    const { place } = await search(root, { KUBEBUILDER_ASSETS: partial }, { wanted: withoutKwok });
    assert.equal(place, "/partial", "programs that are not wanted may be missing");
  }));

Deno.test("releases are downloaded without Go or on request, and cached separately from builds", () =>
  temporary(async (root) => {
    const path = await folderWith(`${root}/path`, programs);
    const without = await search(root, {});
    assert.deepEqual(without.made, ["download"]);
    const requested = await search(root, { KRO_CONTROLPLANE: "download", PATH: path }, {
      go: "go1",
    });
    assert.deepEqual([requested.made, requested.place], [[], without.place]);
    const other = await search(root, {}, { go: "go1" });
    assert.deepEqual(other.made, ["build"]);
    assert.notEqual(other.place, without.place);
  }));

Deno.test("each version of Go has its own folder", () =>
  temporary(async (root) => {
    assert.deepEqual((await search(root, {}, { go: "go1" })).made, ["build"]);
    assert.deepEqual((await search(root, {}, { go: "go2" })).made, ["build"]);
    assert.deepEqual((await search(root, {}, { go: "go1" })).made, []);
  }));

Deno.test("a failed build is not taken for a complete one", () =>
  temporary(async (root) => {
    const options = {
      progress: () => {},
      env: new Map([["XDG_CACHE_HOME", root]]),
      go: () => Promise.resolve("go1"),
    };
    const failing = async (into: string) => {
      await folderWith(into, ["etcd"]);
      throw new Error("disk full");
    };
    await assert.rejects(findBinaries(programs, { ...options, build: failing }), /disk full/);
    const build = async (into: string) => void await folderWith(into, programs);
    const found = await findBinaries(programs, { ...options, build });
    assert.equal(Object.keys(found.paths).length, programs.length);
  }));

Deno.test("concurrent searches build once", () =>
  temporary(async (root) => {
    const both = await Promise.all([
      search(root, {}, { go: "go1" }),
      search(root, {}, { go: "go1" }),
    ]);
    assert.equal(both.flatMap(({ made }) => made).length, 1);
    assert.equal(both[0].place, both[1].place);
  }));

Deno.test("an unknown value of KRO_CONTROLPLANE is refused", async () => {
  await assert.rejects(search("/nowhere", { KRO_CONTROLPLANE: "build" }), /may have is "download"/);
});

Deno.test("the cache is below XDG_CACHE_HOME, or below HOME without it", () => {
  assert.equal(
    cacheDir(new Map([["XDG_CACHE_HOME", "/x"], ["HOME", "/h"]])),
    "/x/kro-controlplane",
  );
  assert.equal(cacheDir(new Map([["HOME", "/h"]])), "/h/.cache/kro-controlplane");
});
