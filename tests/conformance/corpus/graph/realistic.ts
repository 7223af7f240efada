/** Test cases with realistic RGDs. */
import type { Json, JsonObject } from "../../../../src/api/mod.ts";
import { cases, CONFIG_MAP, type GraphCase, resource, rgd, SECRET, SERVICE } from "./build.ts";

const labels = { app: "${schema.spec.name}" };
const named = { metadata: { name: "${schema.spec.name}", labels } };

function app(pod: JsonObject = {}, spec: JsonObject = {}): JsonObject {
  const containers = [{ name: "app", image: "${schema.spec.image}", ...pod }];
  return resource("deployment", ["apps/v1", "Deployment"], {
    ...named,
    spec: {
      replicas: "${schema.spec.replicas}",
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, ...spec } },
    },
  });
}

const service = resource("service", SERVICE, {
  ...named,
  spec: {
    selector: "${deployment.spec.selector.matchLabels}",
    ports: [{ name: "http", port: 80, targetPort: "${schema.spec.port}" }],
  },
});
const account = resource("account", ["v1", "ServiceAccount"], named);
const ingress = resource("ingress", ["networking.k8s.io/v1", "Ingress"], {
  ...named,
  spec: {
    rules: [{
      host: "${schema.spec.ingress.host}",
      http: {
        paths: [{
          path: "/",
          pathType: "Prefix",
          backend: {
            service: {
              name: "${service.metadata.name}",
              port: { number: "${service.spec.ports[0].port}" },
            },
          },
        }],
      },
    }],
  },
}, { includeWhen: ["${schema.spec.ingress.enabled}"] });
const spec = {
  name: "string | required=true",
  image: "string | default=nginx",
  replicas: "integer | default=3 minimum=1",
  port: "integer | default=8080",
  ingress: { enabled: "boolean | default=false", host: 'string | default=""' },
};
const web = (resources: Json[], more: JsonObject = {}) =>
  rgd({ kind: "WebApplication", spec, ...more }, resources);

/** The test cases with realistic RGDs. */
export const realistic: GraphCase[] = cases({
  "httpbin": rgd({
    kind: "HttpbinApp",
    group: "duffy.xyz",
    spec: {
      name: 'string | default="httpbin"',
      image: "string",
      replicas: "integer | default=1",
      port: "integer",
    },
    status: {
      deploymentConditions: "${deployment.status.conditions}",
      availableReplicas: "${deployment.status.availableReplicas}",
    },
  }, [account, service, app({}, { serviceAccountName: "${account.metadata.name}" })]),
  "web application": web([app(), service, ingress], {
    status: {
      url: "http://${schema.spec.ingress.host}",
      available: "${deployment.status.?availableReplicas.orValue(0)}",
      address: "${service.spec.clusterIP}",
    },
  }),
  "web application, listed backwards": web([ingress, service, app()]),
  "ready when available": web([
    {
      ...app(),
      readyWhen: [
        "${deployment.status.availableReplicas == deployment.spec.replicas}",
        "${deployment.status.conditions.exists(c, c.type == 'Available' && c.status == 'True')}",
      ],
    },
    service,
  ]),
  "configuration by checksum": web([
    resource("config", CONFIG_MAP, {
      ...named,
      data: { "app.yaml": "port: ${string(schema.spec.port)}\n" },
    }),
    app({ envFrom: [{ configMapRef: { name: "${config.metadata.name}" } }] }),
  ]),
  "environment from a map": rgd({
    kind: "Worker",
    spec: { name: "string", image: "string", replicas: "integer", env: "map[string]string" },
  }, [app({ env: "${schema.spec.env.map(k, {'name': k, 'value': schema.spec.env[k]})}" })]),
  "environment as a list": rgd({
    kind: "Worker",
    types: { Var: { name: "string | required=true", value: "string" } },
    spec: { name: "string", image: "string", replicas: "integer", env: "[]Var" },
  }, [app({ env: "${schema.spec.env}" })]),
  "secret for a database": rgd({
    kind: "Database",
    spec: { name: "string", image: "string", replicas: "integer", user: "string | default=admin" },
    status: { secret: "${secret.metadata.name}", ready: "${deployment.status.readyReplicas > 0}" },
  }, [
    resource("secret", SECRET, { ...named, stringData: { user: "${schema.spec.user}" } }),
    app({
      env: [{
        name: "USER",
        valueFrom: { secretKeyRef: { name: "${secret.metadata.name}", key: "user" } },
      }],
    }),
  ]),
  "stateful set with claims": rgd({
    kind: "Store",
    spec: { name: "string", size: "string | default=1Gi", replicas: "integer | default=3" },
  }, [
    resource("set", ["apps/v1", "StatefulSet"], {
      ...named,
      spec: {
        serviceName: "${schema.spec.name}",
        replicas: "${schema.spec.replicas}",
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "a", image: "b" }] } },
        volumeClaimTemplates: [{
          metadata: { name: "data" },
          spec: {
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: "${schema.spec.size}" } },
          },
        }],
      },
    }),
  ]),
  "jobs one after another": rgd({ kind: "Pipeline", spec: { name: "string" } }, [
    ...["first", "second", "third"].map((id, i, all) =>
      resource(id, ["batch/v1", "Job"], {
        metadata: {
          name: `\${schema.spec.name}-${id}`,
          ...(i > 0 && { annotations: { after: `\${${all[i - 1]}.metadata.uid}` } }),
        },
        spec: {
          template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "b" }] } },
        },
      }, { readyWhen: [`\${${id}.status.succeeded > 0}`] })
    ),
  ]),
  "tenants": rgd({
    kind: "Tenant",
    scope: "Cluster",
    spec: { name: "string", teams: "[]string", quota: { pods: "integer | default=10" } },
    status: { namespaces: "${namespaces.map(n, n.metadata.name)}" },
  }, [
    resource("namespaces", ["v1", "Namespace"], {
      metadata: { name: "${schema.spec.name}-${team}" },
    }, { forEach: [{ team: "${schema.spec.teams}" }] }),
    resource("quotas", ["v1", "ResourceQuota"], {
      metadata: { name: "quota", namespace: "${ns.metadata.name}" },
      spec: { hard: { pods: "${schema.spec.quota.pods}" } },
    }, { forEach: [{ ns: "${namespaces}" }] }),
  ]),
  "roles": rgd({ kind: "Access", spec: { name: "string", user: "string" } }, [
    resource("role", ["rbac.authorization.k8s.io/v1", "Role"], {
      ...named,
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }],
    }),
    resource("binding", ["rbac.authorization.k8s.io/v1", "RoleBinding"], {
      ...named,
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "Role",
        name: "${role.metadata.name}",
      },
      subjects: [{ kind: "User", name: "${schema.spec.user}" }],
    }),
  ]),
  "autoscaling and disruption": web([
    app(),
    resource("hpa", ["autoscaling/v2", "HorizontalPodAutoscaler"], {
      ...named,
      spec: {
        scaleTargetRef: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          name: "${deployment.metadata.name}",
        },
        minReplicas: "${schema.spec.replicas}",
        maxReplicas: "${schema.spec.replicas * 2}",
      },
    }),
    resource("pdb", ["policy/v1", "PodDisruptionBudget"], {
      ...named,
      spec: {
        minAvailable: "${schema.spec.replicas - 1}",
        selector: "${deployment.spec.selector}",
      },
    }),
  ]),
  "network policy and cron": web([
    resource("policy", ["networking.k8s.io/v1", "NetworkPolicy"], {
      ...named,
      spec: { podSelector: { matchLabels: labels }, policyTypes: ["Ingress"] },
    }),
    resource("cron", ["batch/v1", "CronJob"], {
      ...named,
      spec: {
        schedule: "${'*/' + string(schema.spec.replicas) + ' * * * *'}",
        jobTemplate: {
          spec: {
            template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "b" }] } },
          },
        },
      },
    }),
  ]),
});
