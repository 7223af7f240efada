/** A cgroup with a limit of memory, of either version, where this machine lets us make one. */

const V1 = "/sys/fs/cgroup/memory";
const V2 = "/sys/fs/cgroup";

/** A cgroup with a memory limit. Leaving the scope removes it. */
export class MemoryGroup implements AsyncDisposable {
  readonly #dir: string;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** Makes one of so many bytes; undefined where that is not allowed or there are no cgroups. */
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

  /** A command that puts what it starts into the group. */
  get under(): string[] {
    return ["sh", "-c", `echo $$ >${this.#dir}/cgroup.procs && exec "$@"`, "sh"];
  }

  /** Removes it; whoever is still in it keeps it there. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#dir).catch(() => {});
  }
}
