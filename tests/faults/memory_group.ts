/** A cgroup (v1 or v2) with a memory limit, where this machine permits creating one. */

const V1 = "/sys/fs/cgroup/memory";
const V2 = "/sys/fs/cgroup";

/** A cgroup with a memory limit. Leaving the scope removes it. */
export class MemoryGroup implements AsyncDisposable {
  readonly #dir: string;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** Creates a group with this limit in bytes; undefined where that is not permitted or cgroups do not exist. */
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

  /** A command that execs its arguments in the group. */
  get under(): string[] {
    return ["sh", "-c", `echo $$ >${this.#dir}/cgroup.procs && exec "$@"`, "sh"];
  }

  /** Removes the group, unless it still has processes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#dir).catch(() => {});
  }
}
