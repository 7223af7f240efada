/** The name of the program, which differs when kubectl runs kro as its plugin. */
import { basename } from "node:path";
import process from "node:process";

/** The name of the executable of kubectl's plugin. */
const PLUGIN = /^kubectl-kro(\.exe)?$/;

/**
 * Returns the name of the program as its user types it: `kubectl kro` if kubectl runs this process as its
 * plugin, and `kro` otherwise. krew installs the plugin as a link named `kubectl-kro`.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/
 */
export function programName(argv0: string = process.argv0): string {
  return PLUGIN.test(basename(argv0)) ? "kubectl kro" : "kro";
}
