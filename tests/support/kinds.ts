/** Kinds of the API server that tests address by path. */
import type { KindRef } from "../../src/api/mod.ts";

const core = (kind: string, namespaced = true): KindRef => ({
  group: "",
  version: "v1",
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced,
});

/** ConfigMaps. */
export const CONFIG_MAP: KindRef = core("ConfigMap");

/** Secrets. */
export const SECRET: KindRef = core("Secret");

/** Services. */
export const SERVICE: KindRef = core("Service");

/** PodTemplates, which have as many fields as Deployments, but no controller that writes to them. */
export const POD_TEMPLATE: KindRef = core("PodTemplate");

/** Namespaces. */
export const NAMESPACE: KindRef = core("Namespace", false);

/** Deployments. */
export const DEPLOYMENT: KindRef = { ...core("Deployment"), group: "apps" };

/** APIServices: group-versions that another API server serves behind this one. */
export const API_SERVICE: KindRef = {
  ...core("APIService", false),
  group: "apiregistration.k8s.io",
};
