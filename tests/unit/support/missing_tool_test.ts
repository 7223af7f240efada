import assert from "node:assert/strict";
import { ignoredWithout } from "../../support/missing_tool.ts";

const tools = new URL("../../support/tools/mod.ts", import.meta.url).href;

const CASES: [isInstalled: boolean, ci: string | undefined, suffix: string][] = [
  [true, undefined, ""],
  [true, "true", ""],
  [false, undefined, " (ignored: needs Go)"],
  [false, "", " (ignored: needs Go)"],
  [false, "false", " (ignored: needs Go)"],
  [false, "true", ""],
  [false, "1", ""],
];

for (const [isInstalled, ci, suffix] of CASES) {
  const tool = isInstalled ? "an installed" : "a missing";
  const result = suffix === "" ? "runs" : "is ignored";
  Deno.test(`with CI=${ci}, a test that needs ${tool} tool ${result}`, () => {
    const env = { get: (name: string) => name === "CI" ? ci : undefined };
    assert.equal(ignoredWithout("Go", isInstalled, env), suffix);
  });
}

Deno.test("in CI, a test that needs Go runs and fails if Go is missing", async () => {
  const code = `const { ask, withGo } = await import("${tools}");
    const { name, ignore } = withGo("a", async () => {});
    console.log(name, ignore, await ask([]).catch(({ message }) => message));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    env: { CI: "true", PATH: "", NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(
    text(stdout),
    "a false the tools are built with Go, which is not on PATH\n",
    text(stderr),
  );
});
