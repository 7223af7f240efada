// The programs of the control plane and their Go packages. The file go.mod determines all versions.

/** The name of a program of the control plane, which is also the name of its binary. */
export type Program =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kubectl"
  | "kwok";

/**
 * The Go package of each program. `go build` names a binary after the last element of the package
 * path.
 */
export const packages: Readonly<Record<Program, string>> = {
  "etcd": "go.etcd.io/etcd/server/v3",
  "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
  "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
  "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
  "kubectl": "k8s.io/kubernetes/cmd/kubectl",
  "kwok": "sigs.k8s.io/kwok/cmd/kwok",
};

/** All programs, in the order in which they start. */
export const programs: readonly Program[] = Object.keys(packages) as Program[];

/**
 * The Go modules of etcd, Kubernetes and kwok. The version of each module is also the version of
 * the released program.
 */
export const modules = {
  etcd: "go.etcd.io/etcd/server/v3",
  kubernetes: "k8s.io/kubernetes",
  kwok: "sigs.k8s.io/kwok",
} as const;

/**
 * The stage files for nodes and pods, as paths in kwok's Go module. kwok exits if it has no stage
 * file.
 */
export const stageFiles: readonly string[] = [
  "kustomize/stage/node/fast/node-initialize.yaml",
  "kustomize/stage/pod/fast/pod-ready.yaml",
  "kustomize/stage/pod/fast/pod-complete.yaml",
  "kustomize/stage/pod/fast/pod-delete.yaml",
];

/** The path of the folder that contains go.mod. */
export const moduleDir: string = import.meta.dirname!;

/** Returns the version of a module that a go.mod requires, such as `v1.2.3`. */
export function moduleVersion(goMod: string, module: string): string {
  const line = goMod.split("\n").map((text) => text.trim().split(/\s+/))
    .find(([name, version]) => name === module && version?.startsWith("v"));
  if (!line?.[1]) throw new Error(`go.mod requires no ${module}`);
  return line[1];
}
