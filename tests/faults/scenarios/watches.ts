/** Faults of lists and watches: none of them may cost an event, or a write that was not due. */
import type { Plan } from "../lifecycle.ts";
import { babble, delay, older, type OpenWatch, refuse, truncate } from "../proxy/mod.ts";
import { KRO, type World } from "../environment.ts";
import { attempt, type Context, type Scenario, sleep, Tally } from "./scenario.ts";

function watchesOf(world: World): OpenWatch[] {
  return [...world.proxy.watches].filter((watch) => watch.client === KRO);
}

/** What a portal, a mistaken proxy or a broken server may say with status 200. */
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

/** More than any object of an API server has. */
const HUGE = `{"kind":"ConfigMap","data":{"text":"${"x".repeat(100 * 2 ** 20)}"}}`;

/** What happens to the watches in every phase. */
const plans: Record<string, (world: World) => Plan> = {
  "older first lists": (world) => ({
    before: () => world.kro.crash(),
    async during() {
      world.proxy.script = ({ client, verb }) =>
        client === KRO && verb === "list" ? older : undefined;
      const over = performance.now();
      await world.startKro();
      return over;
    },
    after() {
      world.proxy.script = () => undefined;
    },
  }),
  "repeated events": (world) => ({
    before() {
      world.proxy.watchMode = "repeat";
      for (const watch of watchesOf(world)) watch.mode = "repeat";
    },
  }),
  "silent watches": (world) => ({
    before() {
      for (const watch of watchesOf(world)) watch.mode = "silent";
    },
    async during() {
      await sleep(3000);
      for (const watch of watchesOf(world)) watch.mode = "pass";
    },
  }),
  "cut watches": (world) => ({
    async during() {
      for (let i = 0; i < 15; i++) {
        for (const watch of watchesOf(world)) watch.cut();
        await sleep(200);
      }
    },
  }),
  "watches that the server closes": (world) => ({
    async during() {
      for (let i = 0; i < 15; i++) {
        for (const watch of watchesOf(world)) watch.close();
        await sleep(200);
      }
    },
  }),
  "lost events, then 410": (world) => ({
    before() {
      for (const watch of watchesOf(world)) watch.mode = "lose";
    },
    async during() {
      await sleep(2000);
      for (const watch of watchesOf(world)) watch.expire();
    },
  }),
  "410 again and again": (world) => ({
    before() {
      world.proxy.script = ({ client, verb }) =>
        client === KRO && verb === "watch" ? refuse(410) : undefined;
      for (const watch of watchesOf(world)) watch.expire();
    },
    async during() {
      await sleep(2000);
      world.proxy.script = () => undefined;
    },
  }),
  "truncated lists": (world) => ({
    before() {
      const broken = new Map<string, number>();
      world.proxy.script = ({ client, verb, path }) => {
        if (client !== KRO || verb !== "list") return undefined;
        const times = (broken.get(path) ?? 0) + 1;
        broken.set(path, times);
        return times <= 2 ? truncate(300) : undefined;
      };
      for (const watch of watchesOf(world)) watch.expire();
    },
    async during() {
      await sleep(1000);
    },
    after() {
      world.proxy.script = () => undefined;
    },
  }),
  "answers that are none of the server's": (world) => ({
    before() {
      const babbled = new Map<string, number>();
      world.proxy.script = ({ client, verb, path }) => {
        if (client !== KRO || verb === "raw") return undefined;
        const place = `${verb} ${path.split("?")[0]}`;
        const times = babbled.get(place) ?? 0;
        babbled.set(place, times + 1);
        return times < 2 ? babble(BABBLE[(babbled.size + times) % BABBLE.length]!) : undefined;
      };
      for (const watch of watchesOf(world)) {
        for (const text of BABBLE) watch.inject(text);
      }
    },
    async during() {
      await sleep(3000);
      world.proxy.script = () => undefined;
    },
  }),
  "100 MiB in answers and events, twice": (world) => ({
    before(phase) {
      if (phase !== "update" && phase !== "delete") return;
      const hit = new Set<string>();
      world.proxy.script = ({ client, verb }) => {
        if (client !== KRO || !HUGE_FOR.has(verb) || hit.has(verb)) return undefined;
        hit.add(verb);
        return babble(HUGE);
      };
      const [some] = watchesOf(world).filter((watch) => watch.kind === "configmaps");
      some?.inject(HUGE);
    },
    async during(phase) {
      if (phase === "update" || phase === "delete") await sleep(3000);
      world.proxy.script = () => undefined;
    },
  }),
  "lists under change": (world) => ({
    before() {
      world.proxy.script = ({ client, verb }) =>
        client === KRO && verb === "list" ? delay(700) : undefined;
      for (const watch of watchesOf(world)) watch.expire();
    },
    async during() {
      for (let i = 0; i < 3; i++) {
        await sleep(600);
        for (const watch of watchesOf(world)) watch.expire();
      }
      world.proxy.script = () => undefined;
    },
  }),
};

const HUGE_FOR: ReadonlySet<string> = new Set(["get", "list", "apply", "patch", "delete"]);

const IN_SLICE = ["410 again and again"];

/** One life under each. */
async function underEach(context: Context): Promise<ReturnType<Tally["row"]>> {
  const { world, slice } = context;
  const tally = new Tally("lists and watches", context.say);
  await context.model();
  const names = Object.keys(plans).filter((name) => !slice || IN_SLICE.includes(name));
  for (const name of names) {
    const plan = plans[name]!(world);
    tally.add(name, await attempt(() => context.live({ plan, patienceMs: 240_000 })));
  }
  return tally.row(names.join(", "));
}

/**
 * Connections whose other end has vanished without a word. Requests have a time limit; of a watch only
 * its bookmarks tell that it lives, so this takes minutes.
 */
const stranded: Scenario = {
  name: "half-open connections",
  async run(context) {
    const { world } = context;
    const tally = new Tally("half-open connections", context.say);
    await context.model();
    const plan: Plan = {
      async before(phase) {
        if (phase !== "update") return;
        const door = await world.proxy.door(KRO);
        for (const connection of door.connections) connection.strand();
      },
    };
    tally.add(
      "all connections at an update",
      await attempt(async () => {
        // A sweep would find in minutes what the watches have to find out.
        if (world.hasKro) await world.stopKro();
        await world.startKro({ flags: ["--dynamic-controller-default-resync-period=0"] });
        const lived = await context.live({ plan, patienceMs: 300_000, graceMs: 200_000 });
        await world.stopKro();
        return lived;
      }),
    );
    return tally.row("all connections at an update");
  },
};

/** Scenarios of the second group. */
export const watches: readonly Scenario[] = [
  { name: "lists and watches", inSlice: true, run: underEach },
  stranded,
];
