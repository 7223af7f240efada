/** A seeded random number generator, and random test graphs. */
import type { JsonObject } from "../../src/api/mod.ts";
import { configMap, NAME, secret } from "../support/cluster/nodes.ts";
import type { Subject } from "./subjects.ts";

/**
 * Returns a random number generator with the Mulberry32 algorithm, whose entire state is a 32-bit number.
 * Equal seeds result in equal sequences of numbers.
 */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const VALUES = ["a", "b", "c", "d", "e"];

/**
 * Returns a random test graph of two to six nodes with dependencies, includeWhen conditions and collections.
 * The name of the graph contains `letter`.
 */
export function drawnSubject(letter: string, random: () => number): Subject {
  const upTo = (n: number) => Math.floor(random() * n);
  const readable: string[] = [];
  const nodes = Array.from({ length: 1 + upTo(5) }, (_, i) => {
    const id = `n${i}`;
    const read = readable[upTo(readable.length + 1)];
    const text = read === undefined ? "${schema.spec.text}" : `\${${read}.data.text + '${i}'}`;
    const luck = random();
    if (luck < 0.25) {
      const forEach = [{ value: "${schema.spec.values}" }];
      return configMap(id, `${NAME}-${id}-\${value}`, { text }, { forEach });
    }
    readable.push(id);
    const more = luck < 0.5 ? { includeWhen: ["${schema.spec.flag}"] } : {};
    return configMap(id, `${NAME}-${id}`, { text }, more);
  });
  const spec = (): JsonObject => ({
    text: VALUES[upTo(5)]!,
    flag: random() < 0.5,
    values: VALUES.filter(() => random() < 0.5),
  });
  const specs = { create: spec(), update: spec(), shrink: spec() };
  return {
    name: `drawn${letter}`,
    kind: `Drawn${letter}`,
    schema: { text: "string", flag: "boolean", values: "[]string" },
    resources: [...nodes, secret("last", `${NAME}-last`)],
    specs: () => specs,
  };
}
