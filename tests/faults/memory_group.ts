/**
 * A cgroup (v1 or v2) that limits the memory of a process, on machines which permit creating one.
 */

const V1 = "/sys/fs/cgroup/memory";
const V2 = "/sys/fs/cgroup";

/** A cgroup that limits the memory of its processes. Disposing the object removes the cgroup. */
export class MemoryGroup implements AsyncDisposable {
  readonly #dir: string;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * Creates a cgroup that limits memory to `bytes`. Returns undefined if the machine does not
   * permit this or does not support cgroups.
   */
  static async make(bytes: number): Promise<MemoryGroup | undefined> {
    const name = `kro-faults-${crypto.randomUUID().slice(0, 8)}`;
    for (const [root, file] of [[V1, "memory.limit_in_bytes"], [V2, "memory.max"]]) {
      const group = new MemoryGroup(`${root}/${name}`);
      try {
        await Deno.mkdir(group.#dir);
        await Deno.writeTextFile(`${group.#dir}/${file}`, String(bytes), { create: false });
        return group;
      } catch {
        await group[Symbol.asyncDispose]();
      }
    }
    return undefined;
  }

  /**
   * A shell command that moves itself into the cgroup, and then executes its arguments as another command.
   */
  get under(): string[] {
    return ["sh", "-c", `echo $$ >${this.#dir}/cgroup.procs && exec "$@"`, "sh"];
  }

  /** Removes the cgroup; does nothing while the cgroup still contains processes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#dir).catch(() => {});
  }
}
