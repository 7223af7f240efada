/** Determines the software versions and the machine of a benchmark run. */
import { moduleDir, modules, moduleVersion } from "../../support/controlplane/parts.ts";
import type { Results } from "./results.ts";

const root = new URL("../../..", import.meta.url).pathname;

/** Returns the versions of kro (by `git describe`), upstream, Kubernetes and Deno. */
export async function versions(): Promise<Results["versions"]> {
  const { stdout } = await new Deno.Command("git", {
    args: ["describe", "--always", "--dirty"],
    cwd: root,
  }).output();
  const goMod = await Deno.readTextFile(`${moduleDir}/go.mod`);
  return {
    kro: new TextDecoder().decode(stdout).trim(),
    upstream: moduleVersion(goMod, "github.com/kubernetes-sigs/kro"),
    kubernetes: moduleVersion(goMod, modules.kubernetes),
    deno: Deno.version.deno,
  };
}

/**
 * Returns the machine's processor and memory, and its present load. Reads `/proc`, which only Linux
 * has.
 */
export async function machine(): Promise<Results["machine"]> {
  const info = await Deno.readTextFile("/proc/cpuinfo");
  const load = Deno.loadavg()[0]!;
  return {
    cpu: /^model name\s*:\s*(.+)$/m.exec(info)?.[1] ?? "unknown",
    cores: navigator.hardwareConcurrency,
    memoryGiB: Math.round(Deno.systemMemoryInfo().total / 1024 ** 3),
    loadBegan: load,
    loadEnded: load,
  };
}
