/**
 * Fault scenarios of scarce resources: kro lacks file descriptors or memory, or HTTP clients do not read
 * kro's responses.
 */
import type { JsonObject, KindRef } from "../../../src/api/mod.ts";
import type { Plan } from "../lifecycle.ts";
import { MemoryGroup } from "../memory_group.ts";
import { leaked } from "../oracles.ts";
import { descriptors, memory } from "../process_usage.ts";
import type { Environment } from "../environment.ts";
import { attempt, type Context, type Scenario, Tally } from "./scenario.ts";
import { sleep } from "../../support/wait.ts";
import { CONFIG_MAP } from "../../support/kinds.ts";

/** The duration of the descriptor shortage in each phase, in milliseconds. */
const SCARCE_MS = 5000;

/**
 * A limit for the numbers of kro's file descriptors. kro already uses all numbers below the limit, so it
 * cannot open another file.
 */
const LOWEST = "8";

/**
 * In each phase, kro has no free file descriptor for some time, so it can open neither connections nor
 * watches.
 */
const scarceDescriptors: Scenario = {
  name: "few file descriptors",
  async run(context) {
    const { env } = context;
    const tally = new Tally("few file descriptors", context.say);
    await context.model();
    // Starts a new kro process, because an older process could reuse idle connections instead of opening new
    // ones.
    if (env.hasKro) await env.stopKro();
    await env.startKro();
    let enough: string | undefined;
    const plan: Plan = {
      async before() {
        const { pid } = env.kro;
        enough ??= await descriptorLimit(pid);
        await descriptorLimit(pid, LOWEST);
      },
      async during() {
        await sleep(SCARCE_MS);
        await descriptorLimit(env.kro.pid, enough);
      },
    };
    const what = `none more for ${SCARCE_MS / 1000} s in every phase`;
    const lived = await attempt(() => context.live({ plan }));
    const isFelt = env.kro.log().includes("(os error 24)");
    const faults = isFelt ? lived.faults : [...lived.faults, "kro never lacked a descriptor"];
    tally.add(what, { ...lived, faults });
    return tally.row(what);
  },
};

/**
 * Returns a process's limits on open file descriptors as `SOFT:HARD`. With `limit`, sets the limits to this
 * value instead; a value without a colon sets only the soft limit.
 */
async function descriptorLimit(pid: number, limit?: string): Promise<string> {
  const args = limit === undefined
    ? ["--nofile", "--raw", "--noheadings", "--output=SOFT,HARD"]
    : [`--nofile=${limit.includes(":") ? limit : `${limit}:`}`];
  const command = new Deno.Command("prlimit", { args: [`--pid=${pid}`, ...args] });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().replaceAll(" ", ":");
}

/** HTTP clients request `/graphs` from kro and never read the response. */
const slowReaders: Scenario = {
  name: "readers that never read",
  async run(context) {
    const { env } = context;
    const tally = new Tally("readers that never read", context.say);
    await context.model();
    await context.ensureKro();
    const before = descriptors(env.kro);
    const readers: Deno.TcpConn[] = [];
    const { hostname, port } = new URL(env.kro.url);
    const request = new TextEncoder().encode(
      `GET /graphs HTTP/1.1\r\nhost: kro\r\n\r\n`.repeat(50),
    );
    const plan: Plan = {
      async before() {
        for (let i = 0; i < 30; i++) {
          const connection = await Deno.connect({ hostname, port: Number(port) });
          await connection.write(request);
          readers.push(connection);
        }
      },
    };
    const lived = await attempt(() => context.live({ plan, holdsMore: true }));
    for (const reader of readers) reader.close();
    await sleep(1000);
    const more = leaked("file descriptors", before, descriptors(env.kro));
    tally.add("30 more in each phase", { ...lived, faults: [...lived.faults, ...more] });
    return tally.row("30 connections a phase, 50 requests each");
  },
};

/** The number of instances that the scenario `crowd` creates. */
const CROWD = 10_000;

/** The memory limit of kro's process in the scenario `crowd`, in bytes. */
const MEMORY = 256 * 2 ** 20;

/**
 * Runs kro with a limit on its memory. Creates many instances, restarts kro so that it reconciles all of
 * them, and deletes them.
 */
const crowd: Scenario = {
  name: `${CROWD} instances in 256 MiB`,
  async run(context: Context) {
    const tally = new Tally(`${CROWD} instances in 256 MiB`, context.say);
    const { env } = context;
    await using group = await MemoryGroup.make(MEMORY);
    if (env.hasKro) await env.stopKro();
    const life = context.nextLife();
    const result = await attempt(async () => {
      const began = performance.now();
      const faults = await crowded(env, `crowd-${life}`, group, context.say);
      return { faults, recoveryMs: performance.now() - began };
    });
    if (env.hasKro) await env.kro.crash();
    const limit = group ? "a cgroup" : "no cgroup may be made here: what is resident was judged";
    tally.add("--max-old-space-size=192", result);
    return tally.row(`created, restarted, deleted; ${limit}`);
  },
};

async function crowded(
  env: Environment,
  name: string,
  cgroup: MemoryGroup | undefined,
  say: (line: string) => void,
): Promise<string[]> {
  const group = `${name}.faults.dev`;
  const kind: KindRef = {
    group,
    version: "v1alpha1",
    kind: "Member",
    plural: "members",
    namespaced: true,
  };
  const { admin } = env;
  // Sets kro's default interval between full resyncs, in seconds. In other fault scenarios, the interval is a
  // minute.
  const flags = ["--dynamic-controller-default-resync-period=36000"];
  const how = { v8: ["--max-old-space-size=192"], under: cgroup?.under, flags };
  const by = { fieldManager: "user" };
  await env.startKro(how);
  await admin.create(
    { group: "", version: "v1", kind: "Namespace", plural: "namespaces", namespaced: false },
    { apiVersion: "v1", kind: "Namespace", metadata: { name } },
    by,
  );
  const rgd = { group: "kro.run", version: "v1alpha1", kind: "ResourceGraphDefinition" };
  const rgdKind = { ...rgd, plural: "resourcegraphdefinitions", namespaced: false };
  const template: JsonObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "${schema.metadata.name}" },
    data: { text: "${schema.spec.text}" },
  };
  await admin.create(rgdKind, {
    apiVersion: "kro.run/v1alpha1",
    kind: rgd.kind,
    metadata: { name },
    spec: {
      schema: { apiVersion: "v1alpha1", group, kind: kind.kind, spec: { text: "string" } },
      resources: [{ id: "map", template }],
    },
  }, by);
  const until = async (what: string, holds: () => boolean | Promise<boolean>) => {
    const end = performance.now() + 1_800_000;
    while (!await holds()) {
      if (!env.kro.running) throw new Error(`kro ended: ${env.kro.log().slice(-500)}`);
      if (performance.now() > end) throw new Error(`${what}: not in half an hour`);
      await sleep(2000);
    }
    const { now, peak } = memory(env.kro);
    say(`  ${what}: ${mib(now)} resident, ${mib(peak)} at most`);
    env.proxy.record = [];
  };
  await until("graph served", async () => {
    const object = await admin.get({ kind: rgdKind, name });
    return (object?.status as { state?: string } | undefined)?.state === "Active";
  });
  for (let i = 0; i < CROWD; i += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, j) => {
      const metadata = { name: `m${i + j}`, namespace: name };
      const ref = { kind, ...metadata };
      const spec = { text: "x".repeat(200) };
      return admin.apply(
        ref,
        { apiVersion: `${group}/v1alpha1`, kind: kind.kind, metadata, spec },
        by,
      );
    }));
    env.proxy.record = [];
  }
  const count = async (of: KindRef) => {
    let n = 0;
    const options = { namespace: name, metadataOnly: true, labelSelector: "kro.run/owned=true" };
    for await (const page of admin.pages(of, options)) n += page.items.length;
    return n;
  };
  await until("all made", async () => await count(CONFIG_MAP) === CROWD);
  await env.stopKro();
  await env.startKro(how);
  await until("restarted", () => true);
  await admin.delete({ kind: rgdKind, name });
  await until(
    "all deleted",
    async () =>
      await count(CONFIG_MAP) === 0 && await admin.get({ kind: rgdKind, name }) === undefined,
  );
  const { peak } = memory(env.kro);
  return [
    // The peak of the resident memory is only checked without a cgroup. In a cgroup, the kernel
    // enforces the limit.
    ...!cgroup && peak > MEMORY ? [`${mib(peak)} were resident, more than ${mib(MEMORY)}`] : [],
    ...env.uncleanLogs(),
  ];
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

/** The fault scenarios of scarce resources. */
export const pressure: readonly Scenario[] = [scarceDescriptors, slowReaders, crowd];
