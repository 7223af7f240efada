/**
 * `deno task compile [--target TRIPLE] [--role controller|local]`: compiles dist/kro, one executable with
 * fixed permissions. A controller may write to no folder except /debug. `--print` prints the command
 * instead of running it.
 */
import { parseArgs } from "node:util";
import { DEBUG_DIR, permissionFlags } from "../../src/cli/mod.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    target: { type: "string" },
    role: { type: "string", default: "local" },
    print: { type: "boolean", default: false },
  },
});
if (values.role !== "local" && values.role !== "controller") {
  console.error(`--role is "${values.role}", expected controller or local`);
  Deno.exit(2);
}
const args = ["compile", ...permissionFlags(values.role, [], DEBUG_DIR), "--output", "dist/kro"];
if (values.target) args.push("--target", values.target);
args.push("main.ts");
if (values.print) {
  console.log(["deno", ...args].join(" "));
} else {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: new URL("../..", import.meta.url).pathname,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  Deno.exit(code);
}
