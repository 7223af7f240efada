/** Tests that JSON which is parsed in slices gives the same value as JSON that is parsed in one call. */
import assert from "node:assert/strict";
import { type Json, jsonText, parseJson } from "../../../src/api/mod.ts";
import { parseJsonInSlices, parseSteps } from "../../../src/kube/json_slices.ts";
import { HOSTILE_VALUES } from "../../support/hostile_values.ts";

/** Parses JSON in steps, and returns the value and the number of steps; undefined for malformed JSON. */
function inSteps(text: string, batch: number): { value: Json; steps: number } | undefined {
  try {
    const parsing = parseSteps(text, batch);
    let steps = 0;
    let step = parsing.next();
    for (; !step.done; step = parsing.next()) steps++;
    return { value: step.value, steps };
  } catch (error) {
    assert.ok(error instanceof SyntaxError, String(error));
    return undefined;
  }
}

function inOneCall(text: string): { value: Json } | undefined {
  try {
    return { value: parseJson(text) };
  } catch {
    return undefined;
  }
}

/** Returns a function that returns pseudorandom integers from 0 to `below` - 1; the same ones in each run. */
function randomIntegers(): (below: number) => number {
  let state = 7;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

const SCALARS: Json[] = ["", "a", '"', "\\", '\\"', "],[", "{", 1, -0.5, true, null, "\u2028é😀"];
// The keys contain no escape sequence, because `JSON.parse` of V8 15.0 may confuse two keys with escape sequences.
const KEYS = ["a", "b", "1", "0", "__proto__", "constructor", "", ",", ":", "{", "],["];

/** Returns random JSON with random whitespace, in which keys may repeat. */
function randomJson(random: (below: number) => number, depth: number): string {
  const space = () => ["", "", " ", "\n\t"][random(4)]!;
  const members = (write: () => string) =>
    Array.from({ length: random(5) }, () => space() + write() + space()).join(",");
  const kind = random(depth === 0 ? 1 : 3);
  if (kind === 0) return random(9) === 0 ? "9007199254740993" : jsonText(SCALARS[random(12)]);
  if (kind === 1) return `[${members(() => randomJson(random, depth - 1)) || space()}]`;
  const member = () =>
    `${jsonText(KEYS[random(KEYS.length)])}${space()}:${space()}${randomJson(random, depth - 1)}`;
  return `{${members(member) || space()}}`;
}

Deno.test("JSON in slices has the same value as JSON in one call, and the same keys in the same order", () => {
  const random = randomIntegers();
  for (let i = 0; i < 20_000; i++) {
    const text = ` ${randomJson(random, 5)}\n`;
    const [expected, actual] = [inOneCall(text), inSteps(text, random(12))];
    assert.equal(jsonText(actual?.value), jsonText(expected?.value), text);
    assert.deepEqual(actual?.value, expected?.value, text);
  }
});

Deno.test("malformed JSON is refused in slices as in one call", () => {
  const random = randomIntegers();
  const pieces = [...'[]{},:"1 \\'];
  for (let i = 0; i < 20_000; i++) {
    const text = randomJson(random, 4);
    const at = random(text.length + 1);
    const piece = random(2) === 0 ? "" : pieces[random(pieces.length)]!;
    const changed = text.slice(0, at) + piece + text.slice(at + random(2));
    const [expected, actual] = [inOneCall(changed), inSteps(changed, random(12))];
    assert.deepEqual(actual?.value, expected?.value, changed);
    assert.equal(actual === undefined, expected === undefined, changed);
  }
});

Deno.test("hostile values of 200 kB are parsed in slices", () => {
  for (const [what, make] of Object.entries(HOSTILE_VALUES)) {
    const text = jsonText({ items: [make(100_000), make(100_000)] });
    const parsed = inSteps(text, 8_000)!;
    assert.equal(jsonText(parsed.value), text, what);
    if (what.startsWith("many")) assert.ok(parsed.steps > 10, `${what}: ${parsed.steps} steps`);
  }
});

Deno.test("the event loop runs while large JSON is parsed", async () => {
  const items = Array.from({ length: 1_000_000 }, () => ({}));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const value = await parseJsonInSlices(jsonText({ items }));
  clearInterval(timer);
  assert.ok(turns > 0);
  assert.equal((value as { items: Json[] }).items.length, items.length);
});
