/**
 * Checks that `docs/dependencies.md` lists all packages on which kro depends, and that the packages obey the
 * rules on that page.
 */
import assert from "node:assert/strict";
import {
  faultsOf,
  licenseOnPage,
  type Listed,
  listed,
  pageOf,
  problems,
} from "../../../deploy/tasks/dependencies.ts";
import {
  bundledOf,
  installScriptsIn,
  licenseOf,
  type Lock,
  packagesOf,
} from "../../../deploy/tasks/packages.ts";
import { read } from "../../support/documents.ts";

Deno.test("docs/dependencies.md lists every package, and each package obeys the rules", async () => {
  assert.deepEqual(await problems(), []);
});

Deno.test("the page names a package by version, license, importers and use in the bundle", async () => {
  const packages = await listed();
  const page = pageOf(packages);
  for (const { name, version } of packages) {
    assert.ok(page.includes(`| \`${name}\` | ${version} | `), name);
    assert.notEqual(pageOf(packages.filter((each) => each.name !== name)), page, name);
  }
  const bundled = packages.filter(({ isBundled }) => isBundled).map(({ name }) => name);
  assert.ok(bundled.includes("hono"), String(bundled));
  assert.ok(!bundled.includes("fast-check"), String(bundled));
  assert.equal(licenseOnPage(page, "hono@4.0.0"), undefined);
  assert.equal(
    licenseOnPage(page, `hono@${packages.find((p) => p.name === "hono")!.version}`),
    "MIT",
  );
});

const lock: Lock = {
  npm: {
    "@scope/a@1.0.0_c@3.0.0": { integrity: "sha512-a", dependencies: ["b@2.0.0", "c"] },
    "b@1.0.0": { integrity: "sha512-b" },
    "b@2.0.0": { integrity: "sha512-b2", scripts: true },
    "c@3.0.0": { integrity: "sha512-c", optionalDependencies: ["b@1.0.0"] },
  },
  workspace: { dependencies: ["npm:@scope/a@1.0.0"] },
};

Deno.test("a lock file's scopes, peer versions and ambiguous names are resolved", () => {
  assert.deepEqual(
    packagesOf(lock).map(({ name, version, isDirect, requiredBy, hasScript }) =>
      [name, version, isDirect, requiredBy.join(), hasScript].join(" ")
    ),
    [
      "@scope/a 1.0.0 true  false",
      "b 1.0.0 false c false",
      "b 2.0.0 false @scope/a true",
      "c 3.0.0 false @scope/a false",
    ],
  );
});

const good: Listed = {
  name: "a",
  version: "1.0.0",
  integrity: "sha512-a",
  isDirect: true,
  requiredBy: [],
  hasScript: false,
  license: "MIT OR Apache-2.0",
  isBundled: false,
  scripts: [],
};

const FAULTS: [string, Partial<Listed>, RegExp | undefined][] = [
  ["no rule broken", {}, undefined],
  ["an install script in the lock file", { hasScript: true }, /a@1\.0\.0: has an install script;/],
  ["an install script in package.json", { scripts: ["postinstall"] }, /script \(postinstall\)/],
  ["an unknown license", { license: undefined }, /no license known/],
  ["a license that is accepted outside the bundle", { license: "MPL-2.0" }, undefined],
  ["a license in the bundle", { license: "MPL-2.0", isBundled: true }, /license MPL-2\.0/],
  ["a license that is not accepted", { license: "MIT AND GPL-3.0" }, /license MIT AND GPL-3\.0/],
];

for (const [name, change, fault] of FAULTS) {
  Deno.test(`the rules for packages: ${name}`, () => {
    const found = faultsOf([{ ...good, ...change }], { a: "reason" });
    assert.equal(found.length, fault ? 1 : 0, found.join());
    if (fault) assert.match(found[0]!, fault);
  });
}

Deno.test("a direct package needs a reason, and a reason needs a direct package", () => {
  assert.deepEqual(faultsOf([good], { b: "reason" }), [
    "a@1.0.0: no reason given; add it to REASONS in deploy/tasks/dependencies.ts",
    "b: deno.json does not import it; remove its reason",
  ]);
});

Deno.test("install scripts are found in package.json and in binding.gyp", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const scripts = { test: "x", preinstall: "x", install: "x", postinstall: "x" };
    await Deno.writeTextFile(`${dir}/package.json`, JSON.stringify({ scripts }));
    assert.deepEqual(installScriptsIn(dir), ["preinstall", "install", "postinstall"]);
    await Deno.writeTextFile(`${dir}/package.json`, "{}");
    await Deno.writeTextFile(`${dir}/binding.gyp`, "");
    assert.deepEqual(installScriptsIn(dir), ["binding.gyp"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("licenses of package.json: a string, an object, a list, in parentheses", () => {
  assert.equal(licenseOf({ license: "(MIT AND ISC)" }), "MIT AND ISC");
  assert.equal(licenseOf({ license: { type: "ISC" } }), "ISC");
  assert.equal(licenseOf({ licenses: [{ type: "MIT" }, { type: "ISC" }] }), "MIT OR ISC");
  assert.equal(licenseOf({}), undefined);
});

Deno.test("the packages of a bundle are found by the paths of their modules in the cache", () => {
  const cache = "../../cache/npm/registry.npmjs.org";
  const sources = [
    `${cache}/@a/b/1.2.3/x.js`,
    `${cache}/c/0.1.0-rc.1/lib/y.js`,
    "../src/api/mod.ts",
  ];
  assert.deepEqual([...bundledOf(sources)], ["@a/b@1.2.3", "c@0.1.0-rc.1"]);
});

Deno.test("deno.json pins exact versions, and no command allows install scripts", () => {
  const config = JSON.parse(read("deno.json")) as { imports: Record<string, string> };
  const ranges = Object.values(config.imports).filter((target) =>
    !/^npm:(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(-[\w.]+)?$/.test(target)
  );
  assert.deepEqual(ranges, []);
  assert.ok(!("allowScripts" in config));
  for (const file of ["deno.json", ".ci/run", "Containerfile"]) {
    assert.doesNotMatch(read(file), /--allow-scripts/, file);
  }
  assert.match(read(".ci/run"), /^step deno install --quiet --frozen$/m);
});
