/** Connects a command to the cluster that its flags select. */
import { type KindRef, LEASE_NAME, type ObjectRef, VERSION } from "../api/mod.ts";
import { ClusterSchemas, LiveCluster } from "../clusters/mod.ts";
import type { CompileOptions, CostLimits } from "../graph/mod.ts";
import { connect, Discovery, type KubeClient, loadConfig, readLeases } from "../kube/mod.ts";
import { installCrds, ownCrdsPresent } from "../publish/mod.ts";
import { type CostFlags, costLimits } from "./cost_flags.ts";
import { UsageError } from "./errors.ts";
import { compileOptions, type GateFlags } from "./feature_gates.ts";
import type { Output } from "./output.ts";

/** Flags of all commands that connect to a cluster. */
export interface ConnectionFlags extends GateFlags, CostFlags {
  /** `--kubeconfig`. */
  kubeconfig?: string;
  /** `--context`. */
  context?: string;
  /** `--namespace`. */
  namespace?: string;
}

/** The connection of one command, and the values of its flags. */
export interface Session extends Disposable {
  /** The client. */
  client: KubeClient;
  /** Looks up kinds by name. */
  discovery: Discovery;
  /** Looks up schemas by kind. */
  schemas: ClusterSchemas;
  /** Reads and writes for passes, without a cache. */
  cluster: LiveCluster;
  /** Namespace of objects without one. */
  namespace: string;
  /** Feature gates for the compilation of RGDs. */
  compile: CompileOptions;
  /** Cost limits of expressions. */
  costs: CostLimits;
  /** Output of the command. */
  output: Output;
}

/** Reads the configuration and creates the client. Sends no request. Rejects with ConfigError. */
export async function openSession(flags: ConnectionFlags, output: Output): Promise<Session> {
  const config = await loadConfig(flags);
  const client = connect(config, { userAgent: `kro/${VERSION}` });
  const discovery = new Discovery(client);
  const schemas = new ClusterSchemas(client, discovery);
  const cluster = new LiveCluster(client, discovery, schemas);
  const namespace = flags.namespace ?? config.namespace;
  const close = () => client.close();
  const compile = compileOptions(flags);
  return {
    client,
    discovery,
    schemas,
    cluster,
    namespace,
    compile,
    costs: costLimits(flags),
    output,
    [Symbol.dispose]: close,
  };
}

/**
 * Ensures that kro's own CRDs exist. With `install` it installs and prints the missing ones, otherwise it
 * rejects with UsageError.
 */
export async function ensureOwnKinds(session: Session, install: boolean): Promise<void> {
  if (!install) {
    if (await ownCrdsPresent(session.client)) return;
    throw new UsageError(
      "kro's CustomResourceDefinitions are missing in this cluster: " +
        "run without --no-install, or kubectl apply -f deploy/crds",
    );
  }
  for (const name of await installCrds(session.client)) session.output.err(`installed ${name}`);
}

/** Returns the holder of the Lease, as `<host>_<uuid> in namespace kube-system`; undefined if it is free. */
export async function liveController(session: Session): Promise<string | undefined> {
  const { namespace } = session;
  const leases = await readLeases(session.client, LEASE_NAME, { namespace });
  const live = leases.find((lease) => lease.live);
  return live && `${live.holder} in namespace ${live.namespace}`;
}

/** Looks up a kind by any of its names. Rejects with UsageError when the cluster does not serve it. */
export async function kindByName(session: Session, name: string): Promise<KindRef> {
  const kind = await session.discovery.byName(name);
  if (kind) return kind;
  throw new UsageError(
    `the cluster has no kind "${name}": kubectl api-resources lists those that it has`,
  );
}

/** Parses `KIND/NAME` or `KIND`. Throws UsageError. */
export function parseTarget(text: string): { kind: string; name?: string } {
  const [kind, name, ...rest] = text.split("/");
  if (!kind || name === "" || rest.length > 0) {
    throw new UsageError(`"${text}" is not KIND or KIND/NAME`);
  }
  return { kind, name };
}

/** Returns an object as progress lines name it: `HttpbinApp kro/demo`. */
export function nameOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind.kind} ${namespace ? `${namespace}/` : ""}${name}`;
}
