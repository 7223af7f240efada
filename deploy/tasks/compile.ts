/**
 * The task `deno task compile [--target TRIPLE] [--role controller|local] [--print]`: compiles the program
 * into one executable file, `dist/kro`, with fixed permissions. An executable with the role `controller`
 * can write files only below `/debug`. The flag `--print` prints the compile command without running the
 * command.
 */
import { parseArgs } from "node:util";
import { DEBUG_DIR, permissionFlags } from "../../src/cli/mod.ts";
import { bundle } from "./bundle.ts";

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
// The bundle is compiled instead of main.ts, which would add all packages with their tests and types.
args.push("--no-check", "dist/kro.js");
if (values.print) {
  console.log(["deno", ...args].join(" "));
} else {
  await bundle();
  const { code } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: new URL("../..", import.meta.url).pathname,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  Deno.exit(code);
}
