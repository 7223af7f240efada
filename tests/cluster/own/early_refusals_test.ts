/**
 * Compares kro with the API server for templates with unusual metadata, labels or bytes: kro must refuse an
 * RGD only if the API server refuses the object that its template describes.
 */
import assert from "node:assert/strict";
import {
  ApiError,
  type JsonObject,
  type KubeObject,
  parseGvk,
  problemText,
  type ResourceGraphDefinition,
} from "../../../src/api/mod.ts";
import { compile, kindsOf } from "../../../src/graph/mod.ts";
import { Discovery } from "../../../src/kube/mod.ts";
import { resolveKinds, snapshotSource } from "../../../src/openapi/mod.ts";
import { by, openClient } from "../../support/cluster/mod.ts";

const BAD = { "a b": "c", d: "e f" };
const POD = { containers: [{ name: "c", image: "i" }], restartPolicy: "Never" };
const CLAIM = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
const LABELS = { app: "a" };
const WORKLOAD = {
  selector: { matchLabels: LABELS },
  template: { metadata: { labels: LABELS }, spec: { ...POD, restartPolicy: "Always" } },
};
const BACKEND = { defaultBackend: { service: { name: "a", port: { number: 80 } } } };
const REFERENCE = { apiVersion: "apps/v1", kind: "Deployment", name: "a" };

/** The fields that an object of each kind must have in addition to its metadata, so that it is valid. */
const KINDS: Record<string, JsonObject> = {
  "v1 ConfigMap": {},
  "v1 Secret": {},
  "v1 ServiceAccount": {},
  "v1 Namespace": {},
  "v1 Node": {},
  "v1 LimitRange": {},
  "v1 ResourceQuota": {},
  "v1 Endpoints": {},
  "v1 Event": { involvedObject: { namespace: "default" }, reason: "a", type: "Normal" },
  "v1 PersistentVolumeClaim": { spec: CLAIM },
  "v1 Pod": { spec: POD },
  "v1 PodTemplate": { template: { spec: WORKLOAD.template.spec } },
  "v1 ReplicationController": { spec: { ...WORKLOAD, selector: LABELS } },
  "v1 Service": { spec: { ports: [{ port: 80 }] } },
  "apps/v1 DaemonSet": { spec: WORKLOAD },
  "apps/v1 Deployment": { spec: WORKLOAD },
  "apps/v1 ReplicaSet": { spec: WORKLOAD },
  "apps/v1 StatefulSet": { spec: { ...WORKLOAD, serviceName: "s" } },
  "autoscaling/v2 HorizontalPodAutoscaler": { spec: { maxReplicas: 2, scaleTargetRef: REFERENCE } },
  "batch/v1 Job": { spec: { template: { spec: POD } } },
  "batch/v1 CronJob": {
    spec: { schedule: "* * * * *", jobTemplate: { spec: { template: { spec: POD } } } },
  },
  "coordination.k8s.io/v1 Lease": { spec: {} },
  "networking.k8s.io/v1 Ingress": { spec: BACKEND },
  "networking.k8s.io/v1 NetworkPolicy": { spec: { podSelector: {} } },
  "policy/v1 PodDisruptionBudget": { spec: { minAvailable: 1 } },
  "rbac.authorization.k8s.io/v1 Role": { rules: [] },
};

const NAMES = ["a", "1a", "a.b", "Ab", "a_b", "a.", "-a", "a".repeat(253), "a".repeat(254)];

function objectOf(kind: string, metadata: JsonObject = {}, fields: JsonObject = {}): KubeObject {
  const [apiVersion, name] = kind.split(" ") as [string, string];
  const merged = {
    apiVersion,
    kind: name,
    metadata: { name: "a", ...metadata },
    ...KINDS[kind],
    ...fields,
  };
  return JSON.parse(JSON.stringify(merged));
}

const withSpec = (kind: string, spec: JsonObject) =>
  objectOf(kind, {}, { spec: { ...KINDS[kind]!.spec as JsonObject, ...spec } });
const withPod = (spec: JsonObject) => withSpec("v1 Pod", spec);

const term = { topologyKey: "a", labelSelector: { matchLabels: BAD } };
const metric = (type: string, more: JsonObject) =>
  withSpec("autoscaling/v2 HorizontalPodAutoscaler", {
    metrics: [{
      type,
      [type.toLowerCase()]: {
        ...more,
        metric: { name: "a", selector: { matchLabels: BAD } },
        target: { type: "AverageValue", averageValue: "1" },
      },
    }],
  });

/** Objects with labels or bytes that are invalid, or that only look invalid. */
const OBJECTS: Record<string, KubeObject> = {
  "a Deployment's pods": withSpec("apps/v1 Deployment", {
    template: { metadata: { labels: { ...LABELS, ...BAD } }, spec: WORKLOAD.template.spec },
  }),
  "a Deployment's selector": withSpec("apps/v1 Deployment", {
    selector: { matchLabels: { ...LABELS, ...BAD } },
  }),
  "a CronJob's pods": withSpec("batch/v1 CronJob", {
    jobTemplate: { spec: { template: { metadata: { labels: BAD }, spec: POD } } },
  }),
  "a CronJob's Jobs": withSpec("batch/v1 CronJob", {
    jobTemplate: { metadata: { labels: BAD }, spec: { template: { spec: POD } } },
  }),
  "a PodTemplate": objectOf("v1 PodTemplate", {}, {
    template: { metadata: { labels: BAD }, spec: WORKLOAD.template.spec },
  }),
  "a StatefulSet's claims": withSpec("apps/v1 StatefulSet", {
    volumeClaimTemplates: [{ metadata: { name: "v", labels: BAD }, spec: CLAIM }],
  }),
  "a claim's selector": withSpec("v1 PersistentVolumeClaim", { selector: { matchLabels: BAD } }),
  "a budget's selector": withSpec("policy/v1 PodDisruptionBudget", {
    selector: { matchLabels: BAD },
  }),
  "a policy's pods": withSpec("networking.k8s.io/v1 NetworkPolicy", {
    podSelector: { matchLabels: BAD },
  }),
  "a policy's namespaces": withSpec("networking.k8s.io/v1 NetworkPolicy", {
    ingress: [{ from: [{ namespaceSelector: { matchLabels: BAD } }] }],
  }),
  "a pod's affinity": withPod({
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
  }),
  "a pod's spread": withPod({
    topologySpreadConstraints: [{ ...term, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" }],
  }),
  "a metric of pods": metric("Pods", {}),
  "an external metric": metric("External", {}),
  ...Object.fromEntries(
    ["plain text", "YQ", "YQ==", "", "YWI=\n", "Y Q==", "YR==", "YQ==\t", "-_-_"].map((text) => [
      `the bytes ${JSON.stringify(text)}`,
      objectOf("v1 Secret", {}, { data: { a: text } }),
    ]),
  ),
  "annotations with an upper case prefix and any value": objectOf("v1 ConfigMap", {
    annotations: { "Acme.Org/a": "e f" },
  }),
  ...Object.fromEntries([undefined, false, true].map((manualSelector) => [
    `a Job's name of 64 characters, manualSelector: ${manualSelector}`,
    objectOf("batch/v1 Job", { name: "a".repeat(64) }, {
      spec: {
        manualSelector,
        selector: manualSelector && { matchLabels: LABELS },
        template: { metadata: { labels: LABELS }, spec: POD },
      },
    }),
  ])),
  "binary data": objectOf("v1 ConfigMap", {}, { binaryData: { a: "plain text" } }),
  "managed fields": objectOf("v1 ConfigMap", { managedFields: [] }),
  "managed fields that are null": objectOf("v1 ConfigMap", { managedFields: null }),
  "a resourceVersion": objectOf("v1 ConfigMap", { resourceVersion: "1" }),
  "an empty uid": objectOf("v1 ConfigMap", { uid: "" }),
};
for (const kind of Object.keys(KINDS)) {
  for (const name of NAMES) OBJECTS[`${kind} ${name}`] = objectOf(kind, { name });
  OBJECTS[`labels of ${kind}`] = objectOf(kind, { labels: BAD });
  OBJECTS[`annotations of ${kind}`] = objectOf(kind, { annotations: BAD });
}

/**
 * Objects that the API server refuses and kro accepts: kro does not know the rules for the names of Leases and
 * StatefulSets, and only older versions of Kubernetes refuse a Service whose name starts with a digit.
 */
const UNKNOWN_RULES =
  /^(coordination\.k8s\.io\/v1 Lease .*|apps\/v1 StatefulSet (a\.b|a{253})|v1 Service 1a)$/;

/**
 * Returns the reasons why kro refuses an RGD with this object as a template. Returns undefined if kro accepts
 * the RGD.
 */
async function refusalOf(template: KubeObject): Promise<string | undefined> {
  const schema = { apiVersion: "v1alpha1", kind: "Demo" };
  const rgd = {
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name: "demo" },
    spec: { schema, resources: [{ id: "x", template }] },
  } as unknown as ResourceGraphDefinition;
  const result = compile(rgd, await resolveKinds(snapshotSource(), kindsOf(rgd)));
  return result.ok ? undefined : result.problems.map(problemText).join("; ");
}

Deno.test("kro refuses a template's metadata, labels and bytes if the API server refuses the object", async () => {
  await using connection = await openClient();
  const { client } = connection;
  const discovery = new Discovery(client);
  await discovery.refresh();
  /**
   * Returns the API server's reason for refusing the object. Returns undefined if the API server accepts the
   * object.
   */
  const refusalByServer = async (object: KubeObject): Promise<string | undefined> => {
    const kind = await discovery.resolve(parseGvk(object.apiVersion, object.kind)!);
    assert.ok(kind, object.kind);
    const namespace = kind.namespaced ? "default" : undefined;
    const ref = { kind, name: object.metadata.name!, namespace };
    const written = { ...object, metadata: { ...object.metadata, namespace } };
    try {
      await client.apply(ref, written, { ...by, dryRun: true, force: true });
      return undefined;
    } catch (error) {
      if (error instanceof ApiError) return error.message;
      throw error;
    }
  };
  const wrong: string[] = [];
  let refusals = 0;
  for (const [what, object] of Object.entries(OBJECTS)) {
    const [theirs, ours] = [await refusalByServer(object), await refusalOf(object)];
    if (theirs) refusals++;
    const isAgreed = (theirs === undefined) === (ours === undefined);
    if (isAgreed || (theirs && UNKNOWN_RULES.test(what))) continue;
    wrong.push(`${what}: API server: ${theirs ?? "accepted"}; kro: ${ours ?? "accepted"}`);
  }
  assert.deepEqual(wrong, []);
  assert.ok(refusals > 100, `the API server refuses ${refusals} of the objects`);
});
