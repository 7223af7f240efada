/** The flags that select the cluster to which a one-shot command connects. */
import type { Command } from "commander";

/** Adds the flags `--kubeconfig` and `--context` to a command. */
export function addClusterFlags(command: Command): Command {
  return command
    .option("--kubeconfig <file>", "kubeconfig file; $KUBECONFIG or ~/.kube/config by default")
    .option("--context <name>", "context of the kubeconfig; the current one by default");
}
