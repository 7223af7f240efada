// The command line of each component. Everything listens on loopback and needs no rights on the machine.
import type { Program } from "./parts.ts";

/** Where one control plane keeps its files and listens. */
export interface Layout {
  /** The folder of this control plane. */
  dir: string;
  /** Free ports, held by nobody else when they were chosen. */
  ports: { etcd: number; etcdPeer: number; server: number };
  /** The files that tell kwok what happens to nodes and pods. */
  stages: string[];
}

/** Within a control plane's folder. */
export const files = {
  ca: "ca.crt",
  certificate: "apiserver.crt",
  key: "apiserver.key",
  tokens: "tokens.csv",
  serviceAccountPublic: "service-account.pub",
  serviceAccountPrivate: "service-account.key",
  auditPolicy: "audit-policy.yaml",
  audit: "audit.log",
  description: "controlplane.json",
} as const;

/** One entry a finished call (two for a watch), without bodies. */
export const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
`;

/** The API server's address. */
export function serverUrl(layout: Layout): string {
  return `https://127.0.0.1:${layout.ports.server}`;
}

/** etcd's client address. */
export function etcdUrl(layout: Layout): string {
  return `http://127.0.0.1:${layout.ports.etcd}`;
}

/** What to pass to a component. Without a controller-manager nobody makes the service accounts that pods must have. */
export function commandLine(
  program: Exclude<Program, "kubectl">,
  layout: Layout,
  serviceAccounts: boolean,
): string[] {
  const { dir, ports } = layout;
  const file = (name: keyof typeof files) => `${dir}/${files[name]}`;
  const kubeconfig = `${dir}/kubeconfig.${program}`;
  switch (program) {
    case "etcd":
      return [
        `--data-dir=${dir}/etcd`,
        `--listen-client-urls=${etcdUrl(layout)}`,
        `--advertise-client-urls=${etcdUrl(layout)}`,
        `--listen-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
        "--unsafe-no-fsync",
        "--log-level=error",
      ];
    case "kube-apiserver":
      return [
        `--etcd-servers=${etcdUrl(layout)}`,
        "--bind-address=127.0.0.1",
        `--secure-port=${ports.server}`,
        `--cert-dir=${dir}/apiserver`,
        `--tls-cert-file=${file("certificate")}`,
        `--tls-private-key-file=${file("key")}`,
        `--client-ca-file=${file("ca")}`,
        `--token-auth-file=${file("tokens")}`,
        `--service-account-key-file=${file("serviceAccountPublic")}`,
        `--service-account-signing-key-file=${file("serviceAccountPrivate")}`,
        "--service-account-issuer=https://kubernetes.default.svc",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.0.0.0/16",
        `--audit-log-path=${file("audit")}`,
        // MiB. By default a new file begins after 100, and whoever counts calls loses some.
        "--audit-log-maxsize=4096",
        `--audit-policy-file=${file("auditPolicy")}`,
        ...(serviceAccounts ? [] : ["--disable-admission-plugins=ServiceAccount"]),
      ];
    case "kube-controller-manager":
      return [
        `--kubeconfig=${kubeconfig}`,
        `--authentication-kubeconfig=${kubeconfig}`,
        `--authorization-kubeconfig=${kubeconfig}`,
        `--service-account-private-key-file=${file("serviceAccountPrivate")}`,
        `--root-ca-file=${file("ca")}`,
        "--use-service-account-credentials",
        // At its own pace (20 calls a second) it takes five seconds to make its controllers' accounts.
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
        "--leader-elect=false",
        "--secure-port=0",
      ];
    case "kube-scheduler":
      return [`--kubeconfig=${kubeconfig}`, "--leader-elect=false", "--secure-port=0"];
    case "kwok":
      return [
        `--kubeconfig=${kubeconfig}`,
        "--manage-all-nodes=true",
        // Without the node's lease renewed, its pods count as not ready within a minute.
        "--node-lease-duration-seconds=40",
        ...layout.stages.map((stage) => `--config=${stage}`),
      ];
  }
}

/** The node that pods are scheduled to; kwok keeps it ready. */
export const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name: "node-1",
    labels: { "kubernetes.io/hostname": "node-1", "kubernetes.io/os": "linux" },
    annotations: { "kwok.x-k8s.io/node": "fake" },
  },
  status: {
    capacity: { cpu: "64", memory: "256Gi", pods: "1000" },
    allocatable: { cpu: "64", memory: "256Gi", pods: "1000" },
  },
} as const;
