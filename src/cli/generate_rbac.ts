/** `kro generate rbac`: prints the RBAC roles that the controller needs for RGDs. */
import { type Command, Option } from "commander";
import {
  controllerRights,
  escalations,
  graphRights,
  mergeRights,
  type RoleContent,
  type RoleOptions,
  rolesYaml,
} from "../explain/mod.ts";
import { Exit } from "./errors.ts";
import { type GraphFlags, loadGraphs, type NamedGraph } from "./graph_source.ts";
import type { Output } from "./output.ts";

/** The flags of `kro generate rbac`. */
export interface RbacFlags extends GraphFlags {
  /** The name of the controller's service account, set by `--service-account`. */
  serviceAccount: string;
  /** The namespace of the controller's service account, set by `-n`. */
  namespace: string;
  /** The name of one role for all RGDs, set by `--name`. By default, each RGD has a role of its own. */
  name?: string;
  /** Whether permissions in known namespaces become Roles, set by `--namespaced`. */
  namespaced?: boolean;
  /** Whether bindings are printed as well; false with `--no-binding`. */
  binding: boolean;
  /** Whether the roles are labeled for aggregation instead of bound, set by `--aggregate`. */
  aggregate?: boolean;
  /** Whether the permissions of the controller itself are printed as well, set by `--controller`. */
  controller?: boolean;
  /** Whether the controller runs with `--allow-crd-deletion`, set by the flag of the same name. */
  allowCrdDeletion?: boolean;
}

/** The label by which the aggregated ClusterRole of a kro installation selects roles, as in upstream. */
const AGGREGATE = { key: "rbac.kro.run/aggregate-to-controller", value: "true" };

/** Adds the flags of `kro generate rbac`, except the flags that name RGDs. */
export function addRbacFlags(command: Command): Command {
  return command
    .option("--service-account <name>", "service account of the controller", "kro")
    .option("-n, --namespace <name>", "namespace of the service account", "kro-system")
    .option("--name <name>", "name of one role for all RGDs; kro:graph:RGD for each by default")
    .option("--namespaced", "print Roles where the templates name the namespaces")
    .option("--no-binding", "print only the roles, without bindings to the service account")
    .addOption(
      new Option("--aggregate", `label the roles ${AGGREGATE.key} instead of binding them`)
        .conflicts("namespaced"),
    )
    .option("--controller", "also print the permissions that the controller itself needs")
    .option("--allow-crd-deletion", "include what --allow-crd-deletion of the controller needs");
}

/** Runs `kro generate rbac`. Returns the exit code: 1 if an RGD has problems. */
export async function generateRbac(
  names: readonly string[],
  flags: RbacFlags,
  output: Output,
): Promise<number> {
  const graphs = await loadGraphs(names, flags, output);
  if (!graphs) return Exit.failed;
  const options: RoleOptions = {
    ...flags,
    aggregateLabel: flags.aggregate ? AGGREGATE : undefined,
  };
  const documents = [
    ...flags.controller ? ownRoles(flags, options) : [],
    ...contents(graphs, flags).flatMap((content) => rolesYaml(content, options)),
  ];
  output.out(documents.join("---\n"));
  return Exit.ok;
}

function ownRoles({ namespace }: RbacFlags, options: RoleOptions): string[] {
  const title = "Permissions of the kro controller, without any graph.";
  const rights = controllerRights({ leaseNamespace: namespace, leaderElect: true });
  return rolesYaml({ name: "kro:controller:base", title, rights }, {
    ...options,
    namespaced: true,
  });
}

function contents(graphs: readonly NamedGraph[], flags: RbacFlags): RoleContent[] {
  const contentOf = (name: string, some: readonly NamedGraph[]): RoleContent => ({
    name,
    title: `Permissions of the kro controller for the graph${some.length === 1 ? "" : "s"} ` +
      `${some.map(({ rgd }) => rgd.metadata.name).join(", ")}.`,
    rights: mergeRights(some.flatMap(({ graph }) => graphRights(graph, flags))),
    escalations: mergeRights(some.flatMap(({ graph }) => escalations(graph))),
  });
  if (flags.name !== undefined) return [contentOf(flags.name, graphs)];
  return graphs.map((one) => contentOf(`kro:graph:${one.rgd.metadata.name}`, [one]));
}
