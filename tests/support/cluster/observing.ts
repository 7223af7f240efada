/**
 * Runs a controller that only observes: it reports what kro would write, and writes nothing. It runs as a
 * service account that may only get, list and watch.
 */
import assert from "node:assert/strict";
import type { FieldChange, ObservedGraph, ObservedInstance } from "../../../src/controller/mod.ts";
import { type AuditEntry, isWriteVerb } from "../controlplane/audit.ts";
import { kubectl } from "../controlplane/shared.ts";
import { eventually } from "../wait.ts";
import { startController } from "./controller.ts";
import type { TestGraph } from "./graph.ts";
import { KroRequests } from "./kro_requests.ts";
import { type ServiceAccount, serviceAccountIn } from "./service_account.ts";

/** Whether the field belongs to the condition InstanceSynced, which upstream does not write. */
export function isSyncedField({ path }: Pick<FieldChange, "path">): boolean {
  return path.startsWith('status.conditions[type="InstanceSynced"].');
}

/** A running controller that only observes: it reports what kro would write, and writes nothing. */
export interface Observing {
  /**
   * Returns what kro would write to an instance and its child objects, after waiting until `holds` returns
   * true for it. By default, waits until the controller has reconciled the instance once. The default
   * namespace is that of the service account.
   */
  until(
    graph: TestGraph,
    name: string,
    holds?: (found: ObservedInstance) => unknown,
    namespace?: string,
  ): Promise<ObservedInstance>;
  /** Returns what kro would write for an RGD; undefined if the controller has not processed the RGD yet. */
  graph(graph: TestGraph): ObservedGraph | undefined;
  /** Returns the controller's metrics in the Prometheus text format. */
  metrics(): Promise<string>;
}

/**
 * Calls `run` while an observing controller runs. Afterwards, checks in the audit log that the observing
 * controller has sent no request with a verb that writes and no request for a Lease.
 *
 * @param namespace The namespace of the instances and of the controller's service account.
 */
export async function observing(
  namespace: string,
  run: (kro: Observing) => Promise<void>,
): Promise<void> {
  await using account = await readerIn(namespace);
  using requests = await KroRequests.open(account.user);
  await using kro = await startController({ observe: true }, { kubeconfig: account.kubeconfig });
  await run({
    until: ({ rgd }, name, holds = () => true, ns = namespace) =>
      eventually(`differences of ${name}`, () => {
        const found = kro.controller.instance(
          rgd.name,
          `${ns}/${name}`,
        )?.observed;
        return found && holds(found) ? found : undefined;
      }),
    graph: ({ rgd }) => kro.controller.graph(rgd.name)?.observed,
    metrics: () => kro.controller.metrics(),
  });
  await kro.stop();
  assertOnlyReads(await requests.takeAll());
}

/** Asserts that the audit log of an observing controller contains reads, no write and no request for a Lease. */
export function assertOnlyReads(sent: readonly AuditEntry[]): void {
  assert.ok(sent.some(({ verb }) => verb === "watch"), "the audit log contains the requests");
  assert.deepEqual(sent.filter(({ verb }) => isWriteVerb(verb)), []);
  assert.deepEqual(sent.filter(({ resource }) => resource === "leases"), []);
}

/** Creates a service account that may get, list and watch all objects. Disposing it removes its role. */
export async function readerIn(namespace: string): Promise<ServiceAccount> {
  const account = await serviceAccountIn(namespace, "reader");
  const role = `${namespace}-reader`;
  const rights = ["--verb=get,list,watch", "--resource=*.*"];
  await kubectl(["create", "clusterrole", role, ...rights]);
  const subject = [`--clusterrole=${role}`, `--user=${account.user}`];
  await kubectl(["create", "clusterrolebinding", role, ...subject]);
  return {
    ...account,
    [Symbol.asyncDispose]: async () => {
      await kubectl(["delete", "clusterrole,clusterrolebinding", role, "--ignore-not-found"]);
      await account[Symbol.asyncDispose]();
    },
  };
}
