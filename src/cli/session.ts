/** Connects a command to the cluster that its flags select. */
import {
  ApiError,
  gvkKey,
  LEASE_NAME,
  type ObjectRef,
  type ResourceGraphDefinition,
  RGD_KIND,
  servedKind,
  VERSION,
} from "../api/mod.ts";
import { ClusterSchemas, LiveCluster } from "../clusters/mod.ts";
import type { CompileOptions, CostLimits } from "../graph/mod.ts";
import { connect, Discovery, type KubeClient, loadConfig, readLeases } from "../kube/mod.ts";
import { installCrds, ownCrdsPresent } from "../publish/mod.ts";
import { confine } from "./confine.ts";
import { type CostFlags, costLimits } from "./cost_flags.ts";
import { UsageError } from "./errors.ts";
import { compileOptions, type GateFlags } from "./feature_gates.ts";
import type { Format, Output } from "./output.ts";

/** The flags of all commands that connect to a cluster. */
export interface ConnectionFlags extends GateFlags, CostFlags {
  /** The path of a kubeconfig file, set by `--kubeconfig`. */
  kubeconfig?: string;
  /** The name of a kubeconfig context, set by `--context`. */
  context?: string;
  /** The namespace set by `--namespace`; the namespace of the context when absent. */
  namespace?: string;
}

/** The flags of the commands that reconcile or delete objects once. */
export interface OneShotFlags extends ConnectionFlags {
  /** The value of `--timeout`, in milliseconds. */
  timeout: number;
  /** The output format that `-o` selects. */
  output: Format;
  /**
   * Whether the command does the work in its own process even if an operator is running. Set by
   * `--force-local`.
   */
  forceLocal?: boolean;
}

/**
 * The connection of one command to a cluster, together with the settings that the flags of the command
 * select.
 */
export interface Session extends Disposable {
  /** The client of the cluster. */
  client: KubeClient;
  /** The lookup of kinds by their name. */
  discovery: Discovery;
  /** The lookup of schemas by kind. */
  schemas: ClusterSchemas;
  /** The interface through which passes read and write the objects of the cluster, without caches. */
  cluster: LiveCluster;
  /** The namespace of objects that have no namespace. */
  namespace: string;
  /** The options for compiling RGDs, which include the feature gates. */
  compile: CompileOptions;
  /** The limits of the cost of CEL expressions. */
  costs: CostLimits;
  /** The output streams of the command. */
  output: Output;
}

/**
 * Reads the configuration of the cluster and creates the client, without sending a request. Rejects with
 * ConfigError when the configuration is invalid or missing.
 */
export async function openSession(flags: ConnectionFlags, output: Output): Promise<Session> {
  const config = await loadConfig(flags);
  confine({ run: config.usesPlugin === true });
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
 * Ensures that kro's own CRDs exist in the cluster. If `install` is true, missing CRDs are installed and
 * their names are printed. If `install` is false, rejects with UsageError when a CRD is missing.
 */
export async function ensureOwnKinds(session: Session, install: boolean): Promise<void> {
  if (!install) {
    if (await ownCrdsPresent(session.client)) return;
    throw ownKindsMissing();
  }
  for (const name of await installCrds(session.client)) session.output.err(`installed ${name}`);
}

/**
 * Lists all RGDs of the cluster. Rejects with UsageError when kro's own CRDs are missing, and with ApiError
 * when the request fails for another reason.
 */
export async function listRgds({ client }: Session): Promise<ResourceGraphDefinition[]> {
  try {
    return (await client.list(RGD_KIND)).items as ResourceGraphDefinition[];
  } catch (error) {
    if (error instanceof ApiError && error.isKindMissing) throw ownKindsMissing();
    throw error;
  }
}

/**
 * Returns the RGD that defines a kind; undefined when none of the RGDs defines the kind.
 *
 * @param key The {@link gvkKey} of the kind.
 */
export function rgdOfKind(
  rgds: readonly ResourceGraphDefinition[],
  key: string,
): ResourceGraphDefinition | undefined {
  return rgds.find((rgd) => {
    const served = servedKind(rgd);
    return served && gvkKey(served) === key;
  });
}

function ownKindsMissing(): UsageError {
  return new UsageError(
    "kro's CustomResourceDefinitions are missing in this cluster: " +
      "run kro apply without --no-install, or kubectl apply -f deploy/crds",
  );
}

/**
 * Returns true when a running operator holds the Lease and does the work of the command, and prints the name
 * of the operator, such as `<host>_<uuid> in namespace kube-system`. With `--force-local`, returns false
 * without a request.
 */
export async function leftToController(
  { client, namespace, output }: Session,
  { forceLocal }: OneShotFlags,
): Promise<boolean> {
  if (forceLocal) return false;
  const leases = await readLeases(client, LEASE_NAME, { namespace });
  const live = leases.find((lease) => lease.live);
  if (!live) return false;
  const controller = `${live.holder} in namespace ${live.namespace}`;
  output.err(`left to the controller ${controller} (--force-local overrides)`);
  return true;
}

/** Parses a command-line argument of the form `KIND/NAME` or `KIND`. Throws UsageError for any other form. */
export function parseTarget(text: string): { kind: string; name?: string } {
  const [kind, name, ...rest] = text.split("/");
  if (!kind || name === "" || rest.length > 0) {
    throw new UsageError(`"${text}" is not KIND or KIND/NAME`);
  }
  return { kind, name };
}

/** Returns the name of an object as progress lines show it, such as `HttpbinApp kro/demo`. */
export function nameOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind.kind} ${namespace ? `${namespace}/` : ""}${name}`;
}
