/**
 * Scenarios in which the API server's admission rejects or changes kro's writes: a webhook that
 * denies, modifies or does not respond, and an exceeded quota.
 */
import type { JsonObject, KindRef } from "../../../src/api/mod.ts";
import { makeCertificates } from "../../support/controlplane/certificates.ts";
import { live, type Plan } from "../lifecycle.ts";
import { unquiet } from "../oracles.ts";
import { nameIn, subjects } from "../subjects.ts";
import { type Environment, KRO } from "../environment.ts";
import { attempt, type Context, type Scenario, Tally } from "./scenario.ts";
import { sleep } from "../../support/wait.ts";

type Mode = "allow" | "deny" | "silent" | "annotate" | "overwrite";

/**
 * An admission webhook that the API server calls for each write of a ConfigMap which kro manages.
 */
class Webhook implements AsyncDisposable {
  /** What the webhook does with the admission requests of the API server. */
  mode: Mode = "allow";
  readonly #env: Environment;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #stopped = Promise.withResolvers<void>();
  readonly #ca: string;

  private constructor(
    env: Environment,
    certificates: { ca: string; certificate: string; key: string },
  ) {
    const { ca, certificate: cert, key } = certificates;
    this.#env = env;
    this.#ca = ca;
    const options = { hostname: "127.0.0.1", port: 0, cert, key, onListen: () => {} };
    this.#server = Deno.serve(options, (request) => this.#review(request));
  }

  /** Starts the webhook and registers it with the API server. */
  static async start(env: Environment): Promise<Webhook> {
    const webhook = new Webhook(env, await makeCertificates());
    await env.admin.apply(CONFIGURATION, webhook.#configuration(), { fieldManager: "user" });
    // Waits, because the API server calls a new webhook only after a delay.
    await sleep(1500);
    return webhook;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#env.admin.delete(CONFIGURATION);
    await sleep(1500);
    this.#stopped.resolve();
    await this.#server.shutdown();
  }

  #configuration() {
    const rule = { apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] };
    return {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
      metadata: { name: CONFIGURATION.name },
      webhooks: [{
        name: CONFIGURATION.name,
        clientConfig: {
          url: `https://127.0.0.1:${this.#server.addr.port}/`,
          caBundle: btoa(this.#ca),
        },
        rules: [{ ...rule, operations: ["CREATE", "UPDATE"] }],
        objectSelector: { matchLabels: { "kro.run/owned": "true" } },
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        timeoutSeconds: 1,
        failurePolicy: "Fail",
      }],
    };
  }

  async #review(request: Request): Promise<Response> {
    const { request: asked } = await request.json() as { request: { uid: string; object: Map } };
    if (this.mode === "silent") await Promise.race([sleep(5000), this.#stopped.promise]);
    const allowed = this.mode !== "deny";
    const patch = this.#patch(asked.object);
    const response = {
      uid: asked.uid,
      allowed,
      ...(allowed ? {} : { status: { code: 403, message: "not today" } }),
      ...(patch && { patchType: "JSONPatch", patch: btoa(JSON.stringify(patch)) }),
    };
    const head = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview" };
    return Response.json({ ...head, response });
  }

  #patch({ metadata, data }: Map): JsonObject[] | undefined {
    if (this.mode === "annotate") {
      const annotations = { ...metadata.annotations, "webhook/seen": "true" };
      return [{ op: "add", path: "/metadata/annotations", value: annotations }];
    }
    if (this.mode !== "overwrite") return undefined;
    const value = Object.fromEntries(Object.keys(data ?? {}).map((key) => [key, "theirs"]));
    return [{ op: "add", path: "/data", value }];
  }
}

interface Map {
  metadata: { annotations?: Record<string, string> };
  data?: Record<string, string>;
}

const CONFIGURATION: { kind: KindRef; name: string } = {
  kind: {
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "MutatingWebhookConfiguration",
    plural: "mutatingwebhookconfigurations",
    namespaced: false,
  },
  name: "webhook.faults.dev",
};

const admitted: Scenario = {
  name: "admission webhook",
  async run(context: Context) {
    const { env } = context;
    const tally = new Tally("admission webhook", context.say);
    await context.model();
    await using webhook = await Webhook.start(env);
    for (const mode of ["deny", "silent"] as const) {
      const plan: Plan = {
        before() {
          webhook.mode = mode;
        },
        async during() {
          await sleep(3000);
          webhook.mode = "allow";
        },
      };
      const lived = await attempt(() => context.live({ plan, patienceMs: 240_000 }));
      tally.add(`${mode} for 3 s in every phase`, lived);
    }
    // The changes of the webhook remain in the objects, so the objects differ from those of a run without
    // faults. The scenario therefore checks only three rules: kro stops writing, the inventories are
    // complete, and no objects without an instance remain.
    for (const mode of ["annotate", "overwrite"] as const) {
      webhook.mode = mode;
      const lived = await attempt(async () => {
        await context.ensureKro();
        let quiet: string[] = [];
        const plan: Plan = {
          async after(phase) {
            if (phase !== "create") return;
            const since = performance.now();
            await sleep(20_000);
            quiet = unquiet(env.proxy.record, [KRO], since);
          },
        };
        const chosen = subjects.filter(({ name }) => mode === "annotate" || !READING.has(name));
        const life = context.nextLife();
        const { faults, ...rest } = await live(env, { lives: [life], subjects: chosen, plan });
        return { ...rest, faults: [...faults, ...quiet] };
      });
      tally.add(`${mode} always`, lived);
    }
    return tally.row("deny, silent, annotate, overwrite");
  },
};

/** The names of the test graphs in which names of objects derive from data that the webhook overwrites. */
const READING: ReadonlySet<string> = new Set(["diamond"]);

const QUOTA: KindRef = {
  group: "",
  version: "v1",
  kind: "ResourceQuota",
  plural: "resourcequotas",
  namespaced: true,
};

/**
 * For some time, ResourceQuotas forbid new objects. The scenario itself writes the status of the
 * ResourceQuotas, because the test's control plane does not run the quota controller.
 */
const quota: Scenario = {
  name: "quota exceeded",
  async run(context: Context) {
    const { env } = context;
    const tally = new Tally("quota exceeded", context.say);
    await context.model();
    const life = context.nextLife();
    // Creates quotas only in namespaces where no user creates objects, because a quota would reject
    // the user's objects as well.
    const refs = subjects.filter(({ others }) => !others).map((subject) => ({
      kind: QUOTA,
      namespace: nameIn(life, subject),
      name: "none",
    }));
    const by = { fieldManager: "user" };
    let refused = 0;
    const plan: Plan = {
      async before(phase) {
        if (phase !== "create" && phase !== "update") return;
        const none = { configmaps: "0", secrets: "0" };
        for (const ref of refs) {
          const { namespace, name } = ref;
          const metadata = { namespace, name };
          const object = { apiVersion: "v1", kind: QUOTA.kind, metadata, spec: { hard: none } };
          await env.admin.create(QUOTA, object, by);
          const status = { hard: none, used: none };
          await env.admin.mergePatch(ref, { status }, { ...by, subresource: "status" });
        }
        await sleep(1000);
      },
      async during(phase) {
        if (phase !== "create" && phase !== "update") return;
        await sleep(4000);
        refused +=
          env.proxy.record.filter((e) =>
            e.client === KRO && e.status === 403 && e.answer?.includes("exceeded quota")
          ).length;
        for (const ref of refs) await env.admin.delete(ref);
      },
    };
    const lived = await attempt(() =>
      context.live({ lives: [life], plan, loose: true, patienceMs: 240_000 })
    );
    const none = refused === 0 ? ["nothing was refused"] : [];
    tally.add("4 s at create and update", { ...lived, faults: [...lived.faults, ...none] });
    return tally.row(`4 s at create and update, ${refused} requests refused`);
  },
};

/** The fault scenarios with admission webhooks and quotas. */
export const admission: readonly Scenario[] = [admitted, quota];
