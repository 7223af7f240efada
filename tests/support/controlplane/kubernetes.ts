/**
 * Builds the programs of another Kubernetes version from its Go module, for tests with
 * `--kubernetes VERSION`. etcd and kwok keep the versions that the control plane's go.mod sets.
 */
import { cacheDir, cacheKey, fill, findBinaries } from "./binaries.ts";
import { goBuild, goVersion } from "./build.ts";
import { modules, packages, type Program, programs } from "./parts.ts";

/** The programs that are part of Kubernetes. */
const OWN: readonly Program[] = programs.filter((name) =>
  packages[name].startsWith(`${modules.kubernetes}/`)
);

/**
 * Returns a folder with all programs of a control plane of this Kubernetes version. Builds the programs with
 * Go unless the cache contains them.
 *
 * @param version A version or the start of a version, such as `v1.34.4` or `1.34`.
 * @throws Error If Go is not installed, or if the version does not exist.
 */
export async function kubernetesFolder(
  version: string,
  progress: (line: string) => void,
): Promise<string> {
  const go = await goVersion();
  if (go === undefined) throw new Error("--kubernetes builds Kubernetes with Go; install Go");
  const { resolved, goMod } = await download(version);
  const dir = `${cacheDir(Deno.env)}/kubernetes-${resolved}-${await cacheKey(go)}`;
  await fill(dir, async (into) => {
    const others = await findBinaries(programs, { progress });
    progress(`building Kubernetes ${resolved} with Go; once, about 10 minutes on two cores`);
    const module = await Deno.makeTempDir({ prefix: "kro-kubernetes-" });
    try {
      await Deno.writeTextFile(`${module}/go.mod`, moduleFor(resolved, goMod));
      await goBuild(into, OWN.map((name) => packages[name]), progress, module);
    } finally {
      await Deno.remove(module, { recursive: true });
    }
    for (const name of programs.filter((each) => !OWN.includes(each))) {
      await Deno.copyFile(others.paths[name]!, `${into}/${name}`);
    }
    await Deno.mkdir(`${into}/stages`);
    for (const path of others.stages) {
      await Deno.copyFile(path, `${into}/stages/${path.split("/").at(-1)}`);
    }
  }, progress);
  return dir;
}

/** Downloads the Go module of Kubernetes, and returns its version and its go.mod. */
async function download(version: string): Promise<{ resolved: string; goMod: string }> {
  const query = `${modules.kubernetes}@v${version.replace(/^v/, "")}`;
  const { stdout } = await new Deno.Command("go", { args: ["mod", "download", "-json", query] })
    .output();
  const found = JSON.parse(new TextDecoder().decode(stdout) || "{}") as Record<string, string>;
  if (!found.Version || found.Error) {
    throw new Error(`cannot download ${query}: ${found.Error ?? "no such version"}`);
  }
  return { resolved: found.Version, goMod: await Deno.readTextFile(found.GoMod!) };
}

/**
 * Returns a go.mod that requires Kubernetes and the published versions of its libraries, such as k8s.io/api.
 * In the go.mod of Kubernetes, local folders replace these libraries, but the published Go module does not
 * contain these folders. For Kubernetes v1.x.y, the published version of each library is v0.x.y.
 */
export function moduleFor(version: string, goMod: string): string {
  const published = version.replace(/^v1\./, "v0.");
  const libraries = [...goMod.matchAll(/^\s*(\S+) => \.\/staging\//gm)].map(([, name]) => name!);
  const goLine = /^go .*$/m.exec(goMod)?.[0] ?? "";
  const replaced = libraries.map((name) => `\t${name} => ${name} ${published}\n`).join("");
  return `module controlplane\n\n${goLine}\n\nrequire (\n\t${modules.kubernetes} ${version}\n)\n\n` +
    `replace (\n${replaced})\n`;
}
