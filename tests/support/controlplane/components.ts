// The command line of each component. All of them listen on loopback and need no privileges.
import type { Program } from "./parts.ts";

/** Files and ports of one control plane. */
export interface Layout {
  /** The folder of this control plane. */
  dir: string;
  /** Ports that were free when they were chosen. */
  ports: { etcd: number; etcdPeer: number; server: number };
  /** kwok's stage files, which define the lifecycle of nodes and pods. */
  stages: string[];
}

/** Paths within a control plane's folder. */
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

/** One entry per finished call (two per watch), without bodies. */
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

/** Arguments of a component. `serviceAccounts` is false without a controller-manager, which creates those that pods need. */
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
        // In MiB. The default rotates after 100, and a count of calls would miss those in the rotated file.
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
        // With the default of 20 requests per second, creating the controllers' accounts takes five seconds.
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
        // Unless the node's Lease is renewed, its pods become not ready within a minute.
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
