/** The platforms of a release, and the names of the files that a release consists of. */

/** A platform for which a release contains an executable. */
export interface Target {
  /** The name of the platform, as in `--only linux-amd64`. */
  name: string;
  /** The operating system and the processor, as the Go tools name them. */
  os: "linux" | "darwin" | "windows";
  arch: "amd64" | "arm64";
  /** The name of the platform for `deno compile --target`. */
  triple: string;
}

/**
 * The platforms for which a release contains executables. Windows on arm64 is missing, because Deno does not
 * publish the base binary that `deno compile` would need.
 */
export const TARGETS: readonly Target[] = [
  { name: "linux-amd64", os: "linux", arch: "amd64", triple: "x86_64-unknown-linux-gnu" },
  { name: "linux-arm64", os: "linux", arch: "arm64", triple: "aarch64-unknown-linux-gnu" },
  { name: "darwin-amd64", os: "darwin", arch: "amd64", triple: "x86_64-apple-darwin" },
  { name: "darwin-arm64", os: "darwin", arch: "arm64", triple: "aarch64-apple-darwin" },
  { name: "windows-amd64", os: "windows", arch: "amd64", triple: "x86_64-pc-windows-msvc" },
];

/** Returns the name of the executable in the archive of a platform. */
export function executableOf({ os }: Target): string {
  return os === "windows" ? "kro.exe" : "kro";
}

/** Returns the name of a platform's archive, such as `kro_v1.2.3_linux_amd64.tar.gz`. */
export function archiveName(tag: string, { os, arch }: Target): string {
  return `kro_${tag}_${os}_${arch}.${os === "windows" ? "zip" : "tar.gz"}`;
}

/** An archive that the release contains. */
export interface Archive {
  target: Target;
  /** The file name of the archive. */
  file: string;
  /** The URL from which users download the archive. */
  url: string;
  /** The SHA-256 hash of the archive, in hexadecimal digits. */
  sha256: string;
}
