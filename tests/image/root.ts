/**
 * Builds a root file system like that of kro's image, on machines that can reach neither a container registry
 * nor Deno's download server. Debian's packages replace the distroless base image. Deno from npm, with kro's
 * bundle, replaces the executable `/kro`.
 */
import { bundle } from "../../deploy/tasks/bundle.ts";

/** The Debian packages of gcr.io/distroless/cc-debian12 that Deno needs. */
const PACKAGES = ["libc6", "libgcc-s1"];

/** The folders that Kubernetes mounts, or that the kernel provides. */
const MOUNT_POINTS = [
  "proc",
  "dev",
  "tmp",
  "debug",
  "var/run/secrets/kubernetes.io/serviceaccount",
];

/**
 * The root file system of a container that buildah has created. Disposing the object removes the container.
 */
export interface ImageRoot extends AsyncDisposable {
  /** The path of the root file system. */
  path: string;
}

/** Runs a program and returns its output. Throws an error with its error output if the program fails. */
export async function run(program: string, args: readonly string[], cwd?: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    ...(cwd !== undefined && { cwd }),
  }).output().catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`${program} is not installed; install it with apt-get install ${program}`);
  });
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${text(stderr)}`);
  return text(stdout);
}

/**
 * Creates the root file system. The process must run as root, and needs buildah and a mirror of Debian's
 * packages.
 */
export async function createRoot(): Promise<ImageRoot> {
  if (Deno.uid() !== 0) throw new Error("the image test needs root, to mount file systems");
  const folder = await Deno.makeTempDir({ prefix: "kro-image-" });
  const buildah = (...args: string[]) =>
    run("buildah", [
      ...["--storage-driver", "vfs", "--root", `${folder}/storage`, "--runroot", `${folder}/run`],
      ...args,
    ]);
  const remove = async () => {
    await buildah("rm", "--all").catch(() => {});
    await Deno.remove(folder, { recursive: true });
  };
  try {
    const container = await buildah("from", "scratch");
    const path = await buildah("mount", container);
    // apt-get drops its privileges for the download, which needs a folder that every user may read.
    await Deno.chmod(folder, 0o755);
    await run("apt-get", ["download", "-qq", ...PACKAGES], folder);
    for (const { name } of [...Deno.readDirSync(folder)].filter((e) => e.name.endsWith(".deb"))) {
      await run("dpkg-deb", ["--extract", `${folder}/${name}`, path]);
    }
    for (const mount of MOUNT_POINTS) await Deno.mkdir(`${path}/${mount}`, { recursive: true });
    await Deno.copyFile(await Deno.realPath(Deno.execPath()), `${path}/deno`);
    await Deno.copyFile(await bundle(), `${path}/kro.js`);
    return { path, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Returns the paths of all files below `folder` that have an execute bit. */
export function* executables(folder: string): Generator<string> {
  for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* executables(path);
    else if (isFile && (Deno.statSync(path).mode ?? 0) & 0o111) yield path;
  }
}
