/** What every command needs that talks to a cluster: the connection, made from the flags. */
import { type KindRef, LEASE_NAME, type ObjectRef, VERSION } from "../api/mod.ts";
import type { CostLimits } from "../graph/mod.ts";
import { ClusterSchemas, LiveCluster } from "../clusters/mod.ts";
import type { CompileOptions } from "../graph/mod.ts";
import { connect, Discovery, type KubeClient, loadConfig, readLeases } from "../kube/mod.ts";
import { installCrds, ownCrdsPresent } from "../publish/mod.ts";
import { type CostFlags, costLimits } from "./cost_flags.ts";
import { UsageError } from "./errors.ts";
import { compileOptions, type GateFlags } from "./feature_gates.ts";
import type { Output } from "./output.ts";

/** Flags that all such commands share. */
export interface ConnectionFlags extends GateFlags, CostFlags {
  /** `--kubeconfig`. */
  kubeconfig?: string;
  /** `--context`. */
  context?: string;
  /** `--namespace`. */
  namespace?: string;
}

/** A connection of one command. */
export interface Session extends Disposable {
  /** Requests. */
  client: KubeClient;
  /** Kinds by their names. */
  discovery: Discovery;
  /** Schemas by kind. */
  schemas: ClusterSchemas;
  /** The pass's port, live. */
  cluster: LiveCluster;
  /** Namespace for objects that name none. */
  namespace: string;
  /** Gates of what RGDs may say. */
  compile: CompileOptions;
  /** What expressions may cost. */
  costs: CostLimits;
  /** Where to write. */
  output: Output;
}

/** Reads the configuration and makes the client; asks nothing of the cluster yet. */
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
 * Makes sure that kro's own kinds are served; installs them when they are missing, and says so.
 * UsageError when they are missing and may not be installed.
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

/** The controller that reconciles this cluster, when one is alive: `host_id in namespace kube-system`. */
export async function liveController(session: Session): Promise<string | undefined> {
  const { namespace } = session;
  const leases = await readLeases(session.client, LEASE_NAME, { namespace });
  const live = leases.find((lease) => lease.live);
  return live && `${live.holder} in namespace ${live.namespace}`;
}

/** The kind that a user names; UsageError with what to do when the cluster has none of that name. */
export async function kindByName(session: Session, name: string): Promise<KindRef> {
  const kind = await session.discovery.byName(name);
  if (kind) return kind;
  throw new UsageError(
    `the cluster has no kind "${name}": kubectl api-resources lists those that it has`,
  );
}

/** Splits `KIND/NAME` or `KIND`; UsageError for anything else. */
export function parseTarget(text: string): { kind: string; name?: string } {
  const [kind, name, ...rest] = text.split("/");
  if (!kind || name === "" || rest.length > 0) {
    throw new UsageError(`"${text}" is not KIND or KIND/NAME`);
  }
  return { kind, name };
}

/** How progress names an object, `HttpbinApp kro/demo`. */
export function nameOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind.kind} ${namespace ? `${namespace}/` : ""}${name}`;
}
