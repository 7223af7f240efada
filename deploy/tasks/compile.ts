/**
 * The task `deno task compile`: bundles the program and compiles the bundle into one executable file,
 * `dist/kro`, with fixed permissions. Its flags are `[--target TRIPLE] [--role controller|local]`,
 * `[--api-server HOST:PORT]` and `[--print]`.
 *
 * The executable contains the code of the bundle. If `main.ts` were compiled, the executable would contain
 * all packages of `deno.lock`, also those that only tests use.
 *
 * An executable with the role `controller` can write files only below `/debug`. With `--api-server`, the
 * executable can connect only to this host, and can listen only on the default ports of the endpoint. The
 * flag `--print` prints the compile command without running the command.
 */
import { BUNDLE_FLAGS, DEBUG_DIR, ENDPOINT_HOSTS, permissionFlags } from "../../src/cli/mod.ts";
import { bundle } from "./bundle.ts";
import { taskFlags } from "./flags.ts";

const root = new URL("../..", import.meta.url).pathname;

const usage =
  `Usage: deno task compile [--target TRIPLE] [--role ROLE] [--api-server HOST:PORT] [--print]

  --target TRIPLE         platform of the executable, as for deno compile [this platform]
  --role ROLE             permissions of the executable: controller or local [local]
  --api-server HOST:PORT  the only host to which the executable may connect; needs --role controller
  --print                 print the compile command instead of running it`;

const values = taskFlags(usage, {
  target: { type: "string" },
  role: { type: "string", default: "local" },
  "api-server": { type: "string", default: "" },
  print: { type: "boolean", default: false },
});
if (values.role !== "local" && values.role !== "controller") {
  console.error(`--role is "${values.role}", expected controller or local`);
  Deno.exit(2);
}
const server = values["api-server"];
if (server !== "" && values.role === "local") {
  console.error("--api-server needs --role controller");
  Deno.exit(2);
}
if (server !== "" && !/^(\[[\da-f:]+\]|[^\s:,]+):\d{1,5}$/i.test(server)) {
  console.error(`--api-server is "${server}", expected HOST:PORT, such as 10.96.0.1:443`);
  Deno.exit(2);
}
const hosts = server === "" ? undefined : [server, ...ENDPOINT_HOSTS];
const permissions = permissionFlags(values.role, [], DEBUG_DIR, hosts);
const args = ["compile", ...permissions, ...BUNDLE_FLAGS, "--output", "dist/kro"];
if (values.target) args.push("--target", values.target);
args.push("--no-check", "dist/kro.js");
if (values.print) {
  console.log(["deno", ...args].join(" "));
} else {
  await bundle();
  const { code } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  Deno.exit(code);
}
