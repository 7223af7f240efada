// The command-line arguments of each component of the control plane. All components listen on the
// loopback interface and need no privileges.
import type { Program } from "./parts.ts";

/** The files and ports of one control plane. */
export interface Layout {
  /** The path of the folder that contains the control plane's files. */
  dir: string;
  /**
   * The TCP ports on which etcd and the API server listen. Another process may have started to use a port
   * since the ports were chosen.
   */
  ports: { etcd: number; etcdPeer: number; server: number };
  /** The paths of kwok's stage files, which define how kwok simulates nodes and pods. */
  stages: string[];
}

/** The names of the files in a control plane's folder. */
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

/**
 * The API server's audit policy: it logs a request when its response is complete, and a watch also when the
 * watch starts. The log contains no request bodies and no response bodies.
 */
export const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
`;

/** Returns the URL of the API server. */
export function serverUrl(layout: Layout): string {
  return `https://127.0.0.1:${layout.ports.server}`;
}

/** Returns the URL at which etcd serves its clients. */
export function etcdUrl(layout: Layout): string {
  return `http://127.0.0.1:${layout.ports.etcd}`;
}

/**
 * Returns the command-line arguments of a component. Without a controller-manager, pass false as
 * `serviceAccounts`: the API server then admits pods although no controller creates their
 * ServiceAccounts.
 */
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
        // The maximum size of the audit log, in MiB. The API server's default of 100 MiB would
        // rotate the log, and requests in rotated files would not be counted.
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
        // The controller-manager creates a ServiceAccount for each of its controllers. Its default
        // limit of 20 requests per second would delay the start by five seconds.
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
        // With this flag, kwok renews the node's Lease. Without a renewed Lease, the node and its pods would
        // become not ready within a minute.
        "--node-lease-duration-seconds=40",
        ...layout.stages.map((stage) => `--config=${stage}`),
      ];
  }
}

/** The node to which all pods are scheduled. kwok keeps the node ready. */
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
