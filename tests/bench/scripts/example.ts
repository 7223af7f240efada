/**
 * The benchmark case `example` (`deno task figures`): measures the API requests, times and memory of kro's
 * production bundle for deploy/examples/httpbin, on a control plane with all controllers. The requests are
 * read from the API server's audit log. They include watches, but no requests for the Lease. The script
 * prints the verbs of the requests to standard error.
 */
import { AuditLog, calls } from "../../support/controlplane/audit.ts";
import { startControlPlane } from "../../support/controlplane/mod.ts";
import { printFigure } from "../kit/case.ts";
import { install, start } from "../kit/controller.ts";
import { residentMiB } from "../kit/process.ts";
import { pause, until } from "../kit/user.ts";

const root = new URL("../../..", import.meta.url).pathname;
const example = `${root}deploy/examples/httpbin`;

await using controlPlane = await startControlPlane({ progress: (line) => console.error(line) });
const kubectl = async (...args: string[]) => {
  const { code, stderr } = await controlPlane.kubectl(args);
  if (code !== 0) throw new Error(stderr);
};
const figure = (measure: string, unit: string, value: number) =>
  printFigure({ measure, unit, values: { ours: value } });

await kubectl("apply", "--server-side", "-f", `${root}deploy/crds`);
await kubectl("create", "namespace", "kro");
const audit = await AuditLog.fromNow(controlPlane.auditLog);
await using kro = await start(await install("ours"), controlPlane);

/**
 * Waits until kro's HTTP endpoint returns this state in the response for `path`. Returns the duration in
 * milliseconds.
 */
async function untilState(path: string, state: string): Promise<number> {
  const began = performance.now();
  await until(async () => {
    const response = await fetch(kro.url + path).catch(() => undefined);
    const text = await response?.text() ?? "";
    return response?.status === 200 && JSON.parse(text).state === state;
  }, { every: 0.02 });
  return performance.now() - began;
}

/** Prints the number of API requests that kro has sent since the last call of this function. */
async function figureCalls(measure: string): Promise<void> {
  // Waits, because the API server may log a request slightly after it has responded.
  await pause(0.5);
  const entries = calls(await audit.read())
    .filter(({ user, resource }) => user === "kro" && resource !== "leases");
  const verbs = Map.groupBy(entries, ({ verb }) => verb);
  const parts = [...verbs].map(([verb, { length }]) => `${length} ${verb}`);
  console.error(`${measure}: ${parts.join(", ") || "none"}`);
  figure(measure, "calls", entries.length);
}

figure("process start to ready", "ms", kro.readyMs);
await figureCalls("calls at start");
await pause(5);
figure("RSS idle", "MiB", await residentMiB(kro.pid));

await kubectl("apply", "-f", `${example}/rgd.yaml`);
await untilState("/graphs/httpbin", "Active");
await figureCalls("calls to publish the graph");

const began = performance.now();
await kubectl("apply", "-n", "kro", "-f", `${example}/instance.yaml`);
const applied = performance.now() - began;
const active = await untilState("/graphs/httpbin/instances/kro/demo-httpbin", "ACTIVE");
figure("kubectl apply itself", "ms", applied);
figure("from its end to ACTIVE", "ms", active);
await pause(5);
await figureCalls("calls for the instance until quiet");
await pause(30);
await figureCalls("calls in 30 s when nothing changes");

const patch = '{"spec":{"selector":{"app":"other"}}}';
await kubectl("patch", "service", "httpbin", "-n", "kro", "--type=merge", "-p", patch);
await pause(3);
await figureCalls("calls for one drifted object");
await kubectl("delete", "httpbinapps.duffy.xyz/demo-httpbin", "-n", "kro");
await pause(2);
await figureCalls("calls to delete the instance");
figure("RSS at the end", "MiB", await residentMiB(kro.pid));
