/**
 * Tests that the time of each function which reads data of other API clients grows linearly with the size of
 * the data. Each test compares the CPU times of two calls in the same run. The call with an argument of eight
 * times the size may take at most 24 times as long. A quadratic function would take 64 times as long.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { compile } from "../../../src/cel/mod.ts";
import { hostileArgument, PIECES, STRING_CALLS, VALUE_CALLS } from "../../support/hostile_calls.ts";
import { HOSTILE_VALUES } from "../../support/hostile_values.ts";

const SMALL = 10_000;
const LARGE = 80_000;
/** The factor by which the CPU time may grow from the small argument to the large argument. */
const FACTOR = 24;
/**
 * The CPU time that a call may take regardless of the growth, in milliseconds. Garbage collection dominates
 * shorter times.
 */
const FLOOR = 20;
/** The maximum number of times that a call is measured. The shortest time counts. */
const ATTEMPTS = 5;

/**
 * Returns the CPU time of a call, in milliseconds. Ignores a TooDeepError, with which a call ends early when
 * the argument exceeds a limit.
 */
function cpuTime(call: () => unknown): number {
  const before = process.cpuUsage();
  try {
    call();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "TooDeepError") throw error;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Asserts that the CPU time of a call grows at most linearly from the small to the large argument. */
function assertLinear<T>(what: string, make: (size: number) => T, call: (argument: T) => unknown) {
  let [small, large] = [Infinity, Infinity];
  for (let i = 0; i < ATTEMPTS; i++) {
    const [argument, larger] = [make(SMALL), make(LARGE)];
    small = Math.min(small, cpuTime(() => call(argument)));
    large = Math.min(large, cpuTime(() => call(larger)));
    if (large <= FLOOR + FACTOR * small) return;
  }
  assert.fail(`${what}: ${small} ms for ${SMALL} bytes, ${large} ms for ${LARGE} bytes`);
}

for (const [name, call] of Object.entries(VALUE_CALLS)) {
  Deno.test(`${name} takes linear time for each hostile value`, () => {
    for (const [what, makeValue] of Object.entries(HOSTILE_VALUES)) {
      assertLinear(what, (size) => hostileArgument(makeValue(size)), call);
    }
  });
}

for (const [name, call] of Object.entries(STRING_CALLS)) {
  Deno.test(`${name} takes linear time for each hostile string`, () => {
    for (const piece of PIECES) {
      const make = (size: number) => piece.repeat(size / piece.length);
      assertLinear(JSON.stringify(piece), make, call);
    }
  });
}

for (const element of ["[]", "{}", "1 < 2", "[].map(x, x)"]) {
  Deno.test(`an expression with a list of many ${element} is checked in linear time`, () => {
    const make = (size: number) =>
      `[${`${element},`.repeat(size / (element.length + 1))}${element}]`;
    assertLinear(element, make, (text) => assert.ok(compile(text, { variables: {} }).ok));
  });
}
