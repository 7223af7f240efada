/**
 * Fault scenarios in which the API server fails: errors, latency, restarts of the API server and of etcd, and
 * an aggregated API without a backend.
 */
import type { Plan } from "../lifecycle.ts";
import { delay, type Fault, isWrite, refuse, type Seen } from "../proxy/mod.ts";
import { type Phase, subjectOf } from "../subjects.ts";
import { type Environment, KRO } from "../environment.ts";
import { attempt, type Scenario, Tally } from "./scenario.ts";
import { sleep } from "../../support/wait.ts";
import { API_SERVICE } from "../../support/kinds.ts";

/**
 * Returns a plan that applies `fault` to some of kro's requests: in each phase, to the first `times` requests
 * for each graph for which `picks` returns true.
 */
function firstOf(
  env: Environment,
  times: number,
  picks: (seen: Seen) => boolean,
  fault: Fault,
  holdMs = 1000,
): Plan {
  return {
    before() {
      const counts = new Map<string, number>();
      env.proxy.script = (seen) => {
        const subject = seen.client === KRO && subjectOf(`${seen.path} ${seen.body}`)?.subject;
        if (!subject || !picks(seen)) return undefined;
        const count = (counts.get(subject) ?? 0) + 1;
        counts.set(subject, count);
        return count <= times ? fault : undefined;
      };
    },
    during: () => sleep(holdMs),
  };
}

/**
 * Returns a plan that disturbs kro's requests in each phase, until `ms` milliseconds after the users have
 * taken their actions. `fault` selects the fault of each request.
 */
function burst(env: Environment, ms: number, fault: (seen: Seen) => Fault | undefined): Plan {
  return {
    before() {
      env.proxy.script = (seen) => seen.client === KRO ? fault(seen) : undefined;
    },
    async during() {
      await sleep(ms);
      env.proxy.script = () => undefined;
    },
  };
}

const isUnary = ({ verb }: Seen) => verb !== "watch";

/**
 * A fault: the API server's response to a write whose object another client has just changed. Unlike the
 * response to a conflict between field managers, this response names no fields.
 */
const conflict: Fault = {
  ...refuse(409),
  instead: {
    code: 409,
    reason: "Conflict",
    message: "Operation cannot be fulfilled: the object has been modified; please apply your " +
      "changes to the latest version and try again",
  },
};

/** A fault: the API server executes the request, and the client receives status 504. */
const doneBut504: Fault = {
  name: "504 after it was done",
  instead: { code: 504, reason: "Timeout" },
};

const plans: Record<string, (env: Environment) => Plan> = {
  "409 on the first 3 writes": (w) => firstOf(w, 3, isWrite, conflict),
  "429, Retry-After 1": (w) => firstOf(w, 2, isUnary, refuse(429, 1), 2500),
  "429 without Retry-After": (w) => firstOf(w, 3, isUnary, refuse(429)),
  "504 after the first 3 writes were done": (w) => firstOf(w, 3, isWrite, doneBut504),
  "500 for 3 s": (w) => burst(w, 3000, () => refuse(500)),
  "503 for 3 s": (w) => burst(w, 3000, () => refuse(503)),
  "503, Retry-After 1, for 3 s": (w) => burst(w, 3000, () => refuse(503, 1)),
  "every third request 500, 10 s": (w) => {
    let count = 0;
    return burst(w, 10_000, () => ++count % 3 === 0 ? refuse(500) : undefined);
  },
  "10 s latency": (w) => ({
    before(phase) {
      if (phase !== "create" && phase !== "delete") return;
      w.proxy.script = (seen) => seen.client === KRO ? delay(10_000) : undefined;
    },
    after() {
      w.proxy.script = () => undefined;
    },
  }),
};

const IN_SLICE = ["504 after the first 3 writes were done"];

const refusals: Scenario = {
  name: "refusals and latency",
  inSlice: true,
  async run(context) {
    const tally = new Tally("refusals and latency", context.say);
    await context.model();
    const names = Object.keys(plans).filter((name) => !context.slice || IN_SLICE.includes(name));
    for (const name of names) {
      const plan = plans[name]!(context.env);
      // A phase with a latency of 10 s may take two more minutes, because a phase consists of
      // several sequential requests.
      const graceMs = name === "10 s latency" ? 120_000 : undefined;
      tally.add(name, await attempt(() => context.live({ plan, patienceMs: 240_000, graceMs })));
    }
    return tally.row(names.join(", "));
  },
};

/**
 * Returns a scenario that stops a component of the control plane in each phase, after the users have taken
 * their actions, and starts it again after `downMs` milliseconds.
 */
function restarts(component: "etcd" | "kube-apiserver", downMs: number): Scenario {
  const name = `${component} down for ${downMs / 1000} s`;
  return {
    name,
    async run(context) {
      const tally = new Tally(name, context.say);
      const { controlPlane } = context;
      if (!controlPlane) throw new Error("the control plane is not ours to restart");
      await context.model();
      const plan: Plan = {
        async during() {
          await sleep(100);
          await controlPlane.restart(component, downMs);
        },
      };
      tally.add("in every phase", await attempt(() => context.live({ plan, patienceMs: 240_000 })));
      return tally.row("every phase");
    },
  };
}

/**
 * Starts kro before the API server is ready. kro exits, and the test restarts it as a kubelet
 * would.
 */
const slowStart: Scenario = {
  name: "API server not ready at start",
  async run(context) {
    const { env } = context;
    const tally = new Tally("API server not ready at start", context.say);
    await context.model();
    const plan: Plan = {
      async before(phase) {
        if (phase === "update") await env.kro.crash();
      },
      async during(phase) {
        if (phase !== "update") return;
        const end = performance.now() + 8000;
        env.proxy.script = ({ client }) =>
          client === KRO && performance.now() < end ? refuse(503) : undefined;
        for (;;) {
          const kro = await env.startKro({ wait: false });
          const ready = kro.ready().then(() => true, () => false);
          if (await ready) return;
          await sleep(1000);
        }
      },
    };
    const lived = await attempt(() => context.live({ plan }));
    tally.add("503 for 8 s", lived);
    return tally.row("503 for 8 s");
  },
};

/**
 * Writes a new token to kro's token file in every phase, and rejects the old token, as the API server does
 * when a token expires.
 */
const rotation: Scenario = {
  name: "token rotated",
  async run(context) {
    const { env } = context;
    const tally = new Tally("token rotated", context.say);
    await context.model();
    if (env.hasKro) await env.stopKro();
    const tokens = [env.controlPlane.token("kro"), env.controlPlane.token("admin")];
    const [kubeconfig, tokenFile] = await env.tokenKubeconfig(tokens[0]!);
    await env.startKro({ kubeconfig, reads: [tokenFile] });
    let turn = 0;
    let refused = 0;
    const plan: Plan = {
      async before() {
        const token = tokens[++turn % 2]!;
        await Deno.writeTextFile(tokenFile, token);
        env.proxy.script = ({ client, authorization }) => {
          if (client !== KRO || authorization === `Bearer ${token}`) return undefined;
          refused++;
          return refuse(401);
        };
      },
    };
    const lived = await attempt(() => context.live({ plan }));
    const none = refused === 0 ? ["nothing was refused"] : [];
    tally.add("in every phase", { ...lived, faults: [...lived.faults, ...none] });
    await env.stopKro();
    return tally.row(`every phase, ${refused} requests refused`);
  },
};

/**
 * Registers an aggregated API without a backend, so that API discovery is incomplete in all phases.
 */
const deadApi: Scenario = {
  name: "dead aggregated API",
  async run(context) {
    const { env } = context;
    const tally = new Tally("dead aggregated API", context.say);
    await context.model();
    const name = "v1.dead.faults.dev";
    const spec = {
      group: "dead.faults.dev",
      version: "v1",
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service: { name: "nobody", namespace: "default" },
    };
    const object = {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name },
      spec,
    };
    const ref = { kind: API_SERVICE, name };
    await env.admin.apply(ref, object, { fieldManager: "user" });
    try {
      tally.add("all of a life", await attempt(() => context.live({})));
      const plan: Plan = {
        async during(phase: Phase) {
          if (phase !== "delete") return;
          await env.kro.crash();
          await env.startKro();
        },
      };
      tally.add("with a restart at deletion", await attempt(() => context.live({ plan })));
    } finally {
      await env.admin.delete(ref);
    }
    return tally.row("all of a life, a restart at deletion");
  },
};

/** The fault scenarios in which the API server fails. */
export const server: readonly Scenario[] = [
  refusals,
  restarts("kube-apiserver", 3000),
  restarts("etcd", 3000),
  slowStart,
  rotation,
  deadApi,
];
