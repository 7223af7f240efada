/** References to built-in kinds that tests read and write. */
import type { KindRef } from "../../src/api/mod.ts";

const core = (kind: string, namespaced = true): KindRef => ({
  group: "",
  version: "v1",
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced,
});

/** The kind ConfigMap. */
export const CONFIG_MAP: KindRef = core("ConfigMap");

/** The kind Secret. */
export const SECRET: KindRef = core("Secret");

/** The kind Service. */
export const SERVICE: KindRef = core("Service");

/**
 * The kind PodTemplate. It has as many fields as a Deployment, but no controller changes its
 * objects, so tests can compare them.
 */
export const POD_TEMPLATE: KindRef = core("PodTemplate");

/** The kind Namespace. */
export const NAMESPACE: KindRef = core("Namespace", false);

/** The kind Deployment. */
export const DEPLOYMENT: KindRef = { ...core("Deployment"), group: "apps" };

/**
 * The kind APIService, which registers an API group. The API server forwards requests for this
 * group to another server.
 */
export const API_SERVICE: KindRef = {
  ...core("APIService", false),
  group: "apiregistration.k8s.io",
};
