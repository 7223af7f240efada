/**
 * Fault scenarios in which lists and watches fail. kro must not miss a change of an object, and must not send
 * an unnecessary write.
 */
import type { Plan } from "../lifecycle.ts";
import { babble, delay, older, type OpenWatch, refuse, truncate } from "../proxy/mod.ts";
import { type Environment, KRO } from "../environment.ts";
import { attempt, type Context, type Scenario, Tally } from "./scenario.ts";
import { sleep } from "../../support/wait.ts";

function watchesOf(env: Environment): OpenWatch[] {
  return [...env.proxy.watches].filter((watch) => watch.client === KRO);
}

/**
 * Response bodies that a captive portal, a misconfigured proxy or a broken server may return with
 * status 200.
 */
const BABBLE = [
  "{}",
  "",
  "null",
  "[]",
  '{"kind":"Status","status":"Success"}',
  "<html><body>Sign in</body></html>",
  '{"kind":"List","items":7}',
  '{"type":"ADDED","object":{}}',
];

/** A watch event of 100 MiB, larger than any object that an API server stores. */
const HUGE = `{"kind":"ConfigMap","data":{"text":"${"x".repeat(100 * 2 ** 20)}"}}`;

/** The plans that disturb kro's lists and watches in every phase. The keys are the names of the faults. */
const plans: Record<string, (env: Environment) => Plan> = {
  "older first lists": (env) => ({
    before: () => env.kro.crash(),
    async during() {
      env.proxy.script = ({ client, verb }) =>
        client === KRO && verb === "list" ? older : undefined;
      const over = performance.now();
      await env.startKro();
      return over;
    },
    after() {
      env.proxy.script = () => undefined;
    },
  }),
  "repeated events": (env) => ({
    before() {
      env.proxy.watchMode = "repeat";
      for (const watch of watchesOf(env)) watch.mode = "repeat";
    },
  }),
  "silent watches": (env) => ({
    before() {
      for (const watch of watchesOf(env)) watch.mode = "silent";
    },
    async during() {
      await sleep(3000);
      for (const watch of watchesOf(env)) watch.mode = "pass";
    },
  }),
  "cut watches": (env) => ({
    async during() {
      for (let i = 0; i < 15; i++) {
        for (const watch of watchesOf(env)) watch.cut();
        await sleep(200);
      }
    },
  }),
  "watches that the server closes": (env) => ({
    async during() {
      for (let i = 0; i < 15; i++) {
        for (const watch of watchesOf(env)) watch.close();
        await sleep(200);
      }
    },
  }),
  "lost events, then 410": (env) => ({
    before() {
      for (const watch of watchesOf(env)) watch.mode = "lose";
    },
    async during() {
      await sleep(2000);
      for (const watch of watchesOf(env)) watch.expire();
    },
  }),
  "410 again and again": (env) => ({
    before() {
      env.proxy.script = ({ client, verb }) =>
        client === KRO && verb === "watch" ? refuse(410) : undefined;
      for (const watch of watchesOf(env)) watch.expire();
    },
    async during() {
      await sleep(2000);
      env.proxy.script = () => undefined;
    },
  }),
  "truncated lists": (env) => ({
    before() {
      const broken = new Map<string, number>();
      env.proxy.script = ({ client, verb, path }) => {
        if (client !== KRO || verb !== "list") return undefined;
        const times = (broken.get(path) ?? 0) + 1;
        broken.set(path, times);
        return times <= 2 ? truncate(300) : undefined;
      };
      for (const watch of watchesOf(env)) watch.expire();
    },
    async during() {
      await sleep(1000);
    },
    after() {
      env.proxy.script = () => undefined;
    },
  }),
  "answers that are none of the server's": (env) => ({
    before() {
      const babbled = new Map<string, number>();
      env.proxy.script = ({ client, verb, path }) => {
        if (client !== KRO || verb === "raw") return undefined;
        const place = `${verb} ${path.split("?")[0]}`;
        const times = babbled.get(place) ?? 0;
        babbled.set(place, times + 1);
        return times < 2 ? babble(BABBLE[(babbled.size + times) % BABBLE.length]!) : undefined;
      };
      for (const watch of watchesOf(env)) {
        for (const text of BABBLE) watch.inject(text);
      }
    },
    async during() {
      await sleep(3000);
      env.proxy.script = () => undefined;
    },
  }),
  "100 MiB in answers and events, twice": (env) => ({
    before(phase) {
      if (phase !== "update" && phase !== "delete") return;
      const hit = new Set<string>();
      env.proxy.script = ({ client, verb }) => {
        if (client !== KRO || !HUGE_FOR.has(verb) || hit.has(verb)) return undefined;
        hit.add(verb);
        return babble(HUGE);
      };
      const [some] = watchesOf(env).filter((watch) => watch.kind === "configmaps");
      some?.inject(HUGE);
    },
    async during(phase) {
      if (phase === "update" || phase === "delete") await sleep(3000);
      env.proxy.script = () => undefined;
    },
  }),
  "lists under change": (env) => ({
    before() {
      env.proxy.script = ({ client, verb }) =>
        client === KRO && verb === "list" ? delay(700) : undefined;
      for (const watch of watchesOf(env)) watch.expire();
    },
    async during() {
      for (let i = 0; i < 3; i++) {
        await sleep(600);
        for (const watch of watchesOf(env)) watch.expire();
      }
      env.proxy.script = () => undefined;
    },
  }),
};

const HUGE_FOR: ReadonlySet<string> = new Set(["get", "list", "apply", "patch", "delete"]);

const IN_SLICE = ["410 again and again"];

/** Takes the test graphs through all phases once for each of the {@link plans}. */
async function underEach(context: Context): Promise<ReturnType<Tally["row"]>> {
  const { env, slice } = context;
  const tally = new Tally("lists and watches", context.say);
  await context.model();
  const names = Object.keys(plans).filter((name) => !slice || IN_SLICE.includes(name));
  for (const name of names) {
    const plan = plans[name]!(env);
    tally.add(name, await attempt(() => context.live({ plan, patienceMs: 240_000 })));
  }
  return tally.row(names.join(", "));
}

/**
 * kro's connections become half-open: the other end of the connection has closed, but kro receives no notice
 * of it. kro detects this by the timeout of a request. A watch has no such timeout. kro detects a half-open
 * watch only because its bookmarks are missing, which takes minutes.
 */
const stranded: Scenario = {
  name: "half-open connections",
  async run(context) {
    const { env } = context;
    const tally = new Tally("half-open connections", context.say);
    await context.model();
    const plan: Plan = {
      async before(phase) {
        if (phase !== "update") return;
        const door = await env.proxy.door(KRO);
        for (const connection of door.connections) connection.strand();
      },
    };
    tally.add(
      "all connections at an update",
      await attempt(async () => {
        // Disables full resyncs, because a resync would find the changes that the watches must
        // report.
        if (env.hasKro) await env.stopKro();
        await env.startKro({ flags: ["--dynamic-controller-default-resync-period=0"] });
        const lived = await context.live({ plan, patienceMs: 300_000, graceMs: 200_000 });
        await env.stopKro();
        return lived;
      }),
    );
    return tally.row("all connections at an update");
  },
};

/** The fault scenarios in which lists and watches fail. */
export const watches: readonly Scenario[] = [
  { name: "lists and watches", inSlice: true, run: underEach },
  stranded,
];
