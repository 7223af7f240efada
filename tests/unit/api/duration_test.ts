/**
 * Tests of durationText, which formats milliseconds with a unit and rounds them to a readable
 * precision.
 */
import assert from "node:assert/strict";
import { durationText } from "../../../src/api/mod.ts";

const cases: [number, string][] = [
  [0, "0ms"],
  [0.0412, "0.041ms"],
  [4.5678, "4.6ms"],
  [116.0459890000002, "116ms"],
  [999.7, "1s"],
  [1234, "1.23s"],
  [2500, "2.5s"],
  [59_999, "1m"],
  [60_000, "1m"],
  [300_000, "5m"],
  [1_000_000, "16m40s"],
  [5_400_000, "1h30m"],
  [36_000_000, "10h"],
];

for (const [ms, text] of cases) {
  Deno.test(`durationText of ${ms} ms is ${text}`, () => assert.equal(durationText(ms), text));
}
