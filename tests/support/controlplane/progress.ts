// Turns the output of `go build -v` into a line of progress: the current component, the number of
// built packages, and the finished programs.
import { packages, type Program } from "./parts.ts";

/** Tracks the progress of `go build -v` by its output. */
export class BuildProgress {
  /** The names of the programs that have been linked, which is the last step of their build. */
  linked: readonly string[] = [];
  #modules = 0;
  #compiled = 0;
  #component: string | undefined;
  readonly #other: string[] = [];

  /**
   * `total` is the number of packages of the whole build, including cached packages. The value 0 means that
   * Go has not listed the packages yet.
   */
  constructor(readonly total = 0) {}

  /** Reads one line that the build has written to standard error. */
  line(text: string): void {
    if (text.startsWith("go: downloading ")) this.#modules++;
    else if (/^[\w.~-]+(\/[\w.~+-]+)*$/.test(text)) {
      this.#compiled++;
      this.#component = componentOf(text);
    } else if (text.trim() !== "") this.#other.push(text);
  }

  /** The line of progress to print. */
  get text(): string {
    if (this.total === 0) {
      return this.#modules === 0 ? "looking at modules" : `fetched ${this.#modules} modules`;
    }
    const count = `${this.#compiled} of at most ${this.total} packages`;
    const compiling = this.#compiled === 0
      ? "all packages are compiled already, linking"
      : `compiling ${this.#component ?? "shared packages"}: ${count}`;
    return this.linked.length === 0 ? compiling : `${compiling}; done: ${this.linked.join(", ")}`;
  }

  /** The lines of the build's output that show no progress: the messages of the compiler and the linker. */
  get complaints(): string {
    return this.#other.join("\n");
  }
}

/**
 * Returns the program that a package belongs to; undefined for a package that several programs
 * share.
 */
export function componentOf(path: string): Program | undefined {
  for (const [program, main] of Object.entries(packages) as [Program, string][]) {
    if (path === main || path.startsWith(`${main}/`)) return program;
  }
  if (path.startsWith("go.etcd.io/etcd/server/")) return "etcd";
  if (path.startsWith("sigs.k8s.io/kwok/")) return "kwok";
  if (path.startsWith("k8s.io/kubernetes/pkg/scheduler")) return "kube-scheduler";
  if (path.startsWith("k8s.io/kubernetes/pkg/controller/")) return "kube-controller-manager";
  if (/^k8s\.io\/kubernetes\/(pkg\/(registry|controlplane)|plugin)\//.test(path)) {
    return "kube-apiserver";
  }
  if (path.startsWith("k8s.io/kubectl/")) return "kubectl";
  return undefined;
}

/** Formats a duration, such as `75 s` or `3 min 20 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
