/**
 * Reads the health checks in `deploy/gitops`, and asks the engines of Argo CD and Flux for the health of
 * objects.
 */
import { load, loadAll } from "js-yaml";
import type { KubeObject } from "../../src/api/mod.ts";
import { read } from "./documents.ts";
import { type Answer, ask } from "./tools/mod.ts";

/**
 * The health of an object according to Argo CD and Flux. `argo` and `message` are the status and the message
 * of Argo CD. `flux` is the status of Flux, or `error: ` with the error of Flux.
 */
export interface Health {
  argo: string;
  message: string;
  flux: string;
}

/** The expressions of a health check of Flux. */
export interface FluxCheck {
  apiVersion: string;
  kind: string;
  inProgress: string;
  failed: string;
  current: string;
}

const PREFIX = "resource.customizations";

/** The keys and values of Argo CD's ConfigMap. */
export const ARGO_DATA: Readonly<Record<string, string>> =
  (load(read("deploy/gitops/argocd-cm.yaml")) as { data: Record<string, string> }).data;

/**
 * The health scripts of Argo CD that apply to several kinds. The keys are patterns of API group and kind,
 * such as `{kro.run,duffy.xyz}/*`.
 */
export const ARGO_PATTERNS: Readonly<Record<string, { "health.lua": string }>> = load(
  ARGO_DATA[PREFIX]!,
) as Record<string, { "health.lua": string }>;

/** The health checks of Flux. */
export const FLUX_CHECKS: readonly FluxCheck[] = loadAll(read("deploy/gitops/flux.yaml"))
  .flatMap((each) => (each as { spec: { healthCheckExprs: FluxCheck[] } }).spec.healthCheckExprs);

/** Returns the health of RGDs (`rgd`), or of instances (`instance`), in the order of `objects`. */
export async function healthOf(
  objects: readonly KubeObject[],
  which: "rgd" | "instance",
): Promise<Health[]> {
  const lua = which === "rgd"
    ? ARGO_DATA[`${PREFIX}.health.kro.run_ResourceGraphDefinition`]!
    : Object.values(ARGO_PATTERNS)[0]!["health.lua"];
  const { inProgress, failed, current } = FLUX_CHECKS[which === "rgd" ? 0 : 1]!;
  const cel = { inProgress, failed, current };
  const argo = await ask(objects.map((object) => ({ lua, object })));
  const flux = await ask(objects.map((object) => ({ cel, object })));
  const failure = argo.find(({ error }) => error);
  if (failure) throw new Error(failure.error);
  return argo.map(({ status, message = "" }, index) => ({
    argo: status,
    message,
    flux: statusOf(flux[index]!),
  }));
}

function statusOf({ status, error }: Answer): string {
  return error ? `error: ${error}` : status;
}
