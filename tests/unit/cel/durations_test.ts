/**
 * Tests of `parseDuration`. One test compares its results with those of a slower parser that uses only
 * bigints.
 */
import assert from "node:assert/strict";
import { parseDuration } from "../../../src/cel/value/time.ts";

const UNITS: Record<string, bigint> = {
  ns: 1n,
  us: 1000n,
  "\u00b5s": 1000n,
  "\u03bcs": 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const LIMIT = 2n ** 63n;

/** Parses a duration without a limit on the number of digits. */
function expected(text: string): bigint | undefined {
  const body = text.replace(/^[+-]/, "");
  if (body === "0") return 0n;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/.test(body)) return undefined;
  let nanos = 0n;
  for (const [, whole, fraction = "", unit] of body.matchAll(/(\d*)(?:\.(\d*))?([^\d.]+)/g)) {
    nanos += BigInt(whole!) * UNITS[unit!]!;
    nanos += BigInt(fraction) * UNITS[unit!]! / 10n ** BigInt(fraction.length);
  }
  const signed = text.startsWith("-") ? -nanos : nanos;
  return signed >= LIMIT || signed < -LIMIT ? undefined : signed;
}

for (
  const [text, nanos] of [
    ["1h30m", 5_400_000_000_000n],
    ["-1.5s", -1_500_000_000n],
    ["+0", 0n],
    ["-.5ms", -500_000n],
    ["1.h", 3_600_000_000_000n],
    ["2\u00b5s3\u03bcs4us", 9000n],
    ["0.0000000019s", 1n],
    ["0000000000000000000000001s", 1_000_000_000n],
    ["9223372036854775807ns", LIMIT - 1n],
    ["-9223372036854775808ns", -LIMIT],
    ["9223372036854775808ns", undefined],
    ["999h".repeat(2600), undefined],
    ["100h".repeat(20_000), 7_200_000_000_000_000_000n],
    ["", undefined],
    ["-", undefined],
    ["1", undefined],
    [".s", undefined],
    ["1ss", undefined],
    ["1hs", undefined],
    ["1d", undefined],
    ["1.5.5s", undefined],
    ["1s ", undefined],
    ["--1s", undefined],
  ] as const
) {
  Deno.test(`the duration ${JSON.stringify(text.slice(0, 30))} of ${text.length} characters`, () => {
    assert.equal(parseDuration(text)?.nanos, nanos);
    assert.equal(expected(text), nanos);
  });
}

Deno.test("random durations have the value that exact arithmetic returns", () => {
  // A linear congruential generator with the constants of Numerical Recipes, so that each run is the same.
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  const pieces = [
    ..."0123456789".repeat(3),
    ".",
    ".",
    ...Object.keys(UNITS),
    ...Object.keys(UNITS),
  ];
  for (let i = 0; i < 50_000; i++) {
    const sign = ["", "", "-", "+"][random(4)];
    const text = sign +
      Array.from({ length: random(16) }, () => pieces[random(pieces.length)]).join("");
    assert.equal(parseDuration(text)?.nanos, expected(text), text);
  }
});
