/** Tests of the Deno permissions with which each command of the released binary runs. */
import assert from "node:assert/strict";
import {
  debugDirOf,
  type Grant,
  kubeconfigPaths,
  permissionFlags,
  PERMISSIONS,
  type Role,
  roleOf,
  tlsPaths,
} from "../../../src/cli/mod.ts";

Deno.test("the controller may read only its service account and kubeconfig, and run no programs", () => {
  const controller = permissionFlags("controller", ["/k"]);
  assert.ok(controller.includes("--ignore-env"));
  assert.ok(!controller.some((flag) => flag.startsWith("--allow-run")));
  assert.ok(!controller.includes("--allow-read"));
  assert.match(
    controller.find((f) => f.startsWith("--allow-read=")) ?? "",
    /serviceaccount,\/tls,\/k$/,
  );
  assert.ok(permissionFlags("local").includes("--allow-run"));
  for (const flags of [controller, permissionFlags("local")]) {
    assert.ok(!flags.some((flag) => /ffi|import|^-A$|--allow-all/.test(flag)), flags.join());
  }
});

Deno.test("roleOf finds the command after leading flags", () => {
  assert.equal(roleOf(["controller", "--v", "1"]), "controller");
  assert.equal(roleOf(["--log=x", "controller"]), "controller");
  assert.equal(roleOf(["apply", "-f", "controller"]), "local");
  assert.equal(roleOf([]), "local");
});

Deno.test("the controller may read only the kubeconfigs that its flags and environment name", () => {
  const environment = { KUBECONFIG: "/a:/b", HOME: "/root" };
  assert.deepEqual(kubeconfigPaths(["controller", "--kubeconfig", "/x"], environment), ["/x"]);
  assert.deepEqual(kubeconfigPaths(["controller", "--kubeconfig=/x"], environment), ["/x"]);
  assert.deepEqual(kubeconfigPaths(["controller", "-kubeconfig=/x"], environment), ["/x"]);
  assert.deepEqual(kubeconfigPaths(["controller"], environment), ["/a", "/b"]);
  assert.deepEqual(kubeconfigPaths(["controller"], { HOME: "/root" }), ["/root/.kube/config"]);
  assert.deepEqual(kubeconfigPaths(["controller"], {}), []);
});

Deno.test("the files of the certificate are those of the flags", () => {
  const args = ["controller", "--tls-cert-file=/c", "-tls-key-file", "/k"];
  assert.deepEqual(tlsPaths(args), ["/c", "/k"]);
  assert.deepEqual(tlsPaths(["controller"]), []);
});

Deno.test("the controller may write only to its debug folder", () => {
  const writes = (flags: string[]) => flags.filter((flag) => flag.startsWith("--allow-write"));
  assert.deepEqual(writes(permissionFlags("controller", [], "/d")), ["--allow-write=/d"]);
  assert.deepEqual(writes(permissionFlags("local", [], "/d")), ["--allow-write=/"]);
  assert.equal(debugDirOf(["controller", "--debug-dir", "/d"]), "/d");
  assert.equal(debugDirOf(["controller", "-debug-dir=/d"]), "/d");
  assert.equal(debugDirOf(["controller"]), undefined);
});

/** Returns the rows that the table about this role in `docs/operating.md` should have. */
function rowsOf(role: Role): string[][] {
  const list = (flag: Grant["flag"]) =>
    flag === "all" ? "all" : flag.map((value) => `\`${value}\``).join(", ") || "none";
  return Object.entries(PERMISSIONS[role]).map((
    [kind, { flag, then }],
  ) => [kind, list(flag), then ?? "the same"]);
}

Deno.test("docs/operating.md contains the table of permissions", () => {
  const page = Deno.readTextFileSync(
    new URL("../../../docs/operating.md", import.meta.url).pathname,
  );
  const section = page.slice(page.indexOf("On the machine where kro runs"));
  const rows = [...section.matchAll(/^\| (\w+) +\| (.*?) *\| (.*?) *\|$/gm)]
    .map(([, kind, start, then]) => [kind, start, then])
    .filter(([kind]) => kind! in PERMISSIONS.local);
  assert.deepEqual(rows, [...rowsOf("controller"), ...rowsOf("local")]);
});
