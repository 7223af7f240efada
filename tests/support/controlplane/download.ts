// Downloads the control plane's programs from the releases of etcd, Kubernetes and kwok. Rejects a file whose
// checksum differs from the published checksum.
import { moduleDir, modules, moduleVersion, type Program, programs } from "./parts.ts";

/** A file that a project, such as etcd, has published with a release. */
export interface Release {
  /** The URL of the file. */
  url: string;
  /** The URL of the file that contains the checksums. */
  checksums: string;
  /** The name of the file in the list of checksums. */
  name: string;
}

/** The operating system and architecture of a machine, as the releases name them. */
export interface Machine {
  /** The operating system: linux or darwin. */
  os: string;
  /** The architecture: amd64 or arm64. */
  arch: string;
}

type Progress = (line: string) => void;

/** The machine that runs this process. */
export const thisMachine: Machine = {
  os: Deno.build.os,
  arch: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
};

/** Returns the release file that contains a program. */
export function releaseOf(program: Program, goMod: string, { os, arch }: Machine): Release {
  if (program === "etcd") {
    const version = moduleVersion(goMod, modules.etcd);
    const base = `https://github.com/etcd-io/etcd/releases/download/${version}`;
    const name = `etcd-${version}-${os}-${arch}.tar.gz`;
    return { url: `${base}/${name}`, checksums: `${base}/SHA256SUMS`, name };
  }
  if (program === "kwok") return kwokRelease(`kwok-${os}-${arch}`, goMod);
  const version = moduleVersion(goMod, modules.kubernetes);
  const url = `https://dl.k8s.io/${version}/bin/${os}/${arch}/${program}`;
  return { url, checksums: `${url}.sha256`, name: program };
}

// Returns the release file of kwok. The kwok project publishes no checksums. The checksum comes from GitHub's
// API, which returns the SHA-256 of each release file.
function kwokRelease(name: string, goMod: string): Release {
  const version = moduleVersion(goMod, modules.kwok);
  return {
    url: `https://github.com/kubernetes-sigs/kwok/releases/download/${version}/${name}`,
    checksums: `https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/${version}`,
    name,
  };
}

/** Downloads all programs and kwok's stage files into a folder. */
export async function download(
  into: string,
  progress: Progress,
  machine: Machine = thisMachine,
  base: string | undefined = Deno.env.get("KRO_CONTROLPLANE_URL"),
): Promise<void> {
  if (machine.os !== "linux") {
    throw new Error(`Kubernetes releases its servers for linux, not for ${machine.os}: install Go`);
  }
  const goMod = await Deno.readTextFile(`${moduleDir}/go.mod`);
  for (const [index, program] of programs.entries()) {
    const release = releaseOf(program, goMod, machine);
    progress(
      `downloading ${program} (${index + 1} of ${programs.length}) from ${
        rebase(release.url, base)
      }`,
    );
    const file = `${into}/${program}`;
    if (program === "etcd") await unpackEtcd(release, into, base);
    else await fetchChecked(release, file, base);
    await Deno.chmod(file, 0o755);
  }
  await Deno.mkdir(`${into}/stages`);
  await downloadStages(`${into}/stages`, base);
}

/** Downloads kwok's stage files, which kwok's release contains in one file. */
export async function downloadStages(
  into: string,
  base: string | undefined = Deno.env.get("KRO_CONTROLPLANE_URL"),
): Promise<void> {
  const goMod = await Deno.readTextFile(`${moduleDir}/go.mod`);
  const name = "stage-fast.yaml";
  await fetchChecked(kwokRelease(name, goMod), `${into}/${name}`, base);
}

async function unpackEtcd(
  release: Release,
  into: string,
  base: string | undefined,
): Promise<void> {
  const archive = `${into}/${release.name}`;
  await fetchChecked(release, archive, base);
  const { code, stderr } = await new Deno.Command("tar", {
    args: ["-xzf", archive, "-C", into, "--strip-components=1", `${folder(release.name)}/etcd`],
  }).output();
  if (code !== 0) {
    throw new Error(`tar cannot unpack ${archive}: ${new TextDecoder().decode(stderr)}`);
  }
  await Deno.remove(archive);
}

const folder = (archive: string) => archive.replace(/\.tar\.gz$/, "");

/** Downloads a file, and keeps it only if its checksum equals the published checksum. */
export async function fetchChecked(
  release: Release,
  file: string,
  base?: string,
): Promise<void> {
  const checksums = await get(release.checksums, base);
  const published = publishedChecksum(await checksums.text(), release.name);
  if (!published) throw new Error(`${release.checksums} has no SHA-256 of ${release.name}`);
  const response = await get(release.url, base);
  await Deno.writeFile(file, response.body!);
  const actual = await sha256(file);
  if (actual === published) return;
  await Deno.remove(file);
  throw new Error(
    `${release.url} has SHA-256 ${actual}, but ${release.checksums} says ${published}; not used`,
  );
}

/**
 * Returns the SHA-256 of the file `name`. `text` is a list of checksums, a file with a single checksum, or
 * the JSON of a GitHub release.
 */
export function publishedChecksum(text: string, name: string): string | undefined {
  if (text.trimStart().startsWith("{")) {
    const { assets = [] } = JSON.parse(text) as { assets?: { name: string; digest?: string }[] };
    const digest = assets.find((asset) => asset.name === name)?.digest;
    return /^sha256:([0-9a-f]{64})$/.exec(digest ?? "")?.[1];
  }
  if (/^[0-9a-f]{64}\s*$/.test(text)) return text.trim();
  const lines = text.split("\n").map((line) => line.trim().split(/\s+\*?/));
  return lines.find(([sum, file]) => file === name && /^[0-9a-f]{64}$/.test(sum ?? ""))?.[0];
}

/**
 * Returns the URL from which to download the file at `url`. `base` is the URL of a mirror, which has a folder
 * for each host, such as `dl.k8s.io`. Without `base`, returns `url` unchanged.
 */
export function rebase(url: string, base?: string): string {
  return base ? `${base.replace(/\/$/, "")}/${url.replace(/^https:\/\//, "")}` : url;
}

async function get(url: string, base: string | undefined): Promise<Response> {
  const address = rebase(url, base);
  const response = await fetch(address).catch((error) => {
    throw new Error(`cannot download ${address}: ${error.message}`);
  });
  if (response.ok) return response;
  await response.body?.cancel();
  throw new Error(`cannot download ${address}: ${response.status} ${response.statusText}`);
}

async function sha256(file: string): Promise<string> {
  const data = await Deno.readFile(file);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex();
}
