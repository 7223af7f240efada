/**
 * Finds function calls that pass a list of unlimited length as separate arguments (`f(...list)`). A call with
 * more than about 120,000 arguments overflows the stack.
 */
import assert from "node:assert/strict";
import { join } from "node:path";

const root = new URL("../../../src", import.meta.url).pathname;
const SPREAD =
  /(?:Math\.(?:min|max)|\.(?:push|unshift|splice|fromCharCode|fromCodePoint))\((?:[\w.!]+,\s*)*\.\.\..*/g;

/**
 * Calls that are permitted, because the code limits the length of the list, or the list comes from the
 * command line or from files that the caller of the command chose.
 */
const BOUNDED = [
  /^cli\/(?:go_flags|compile_set|render|validate|test|test\/\w+|inspect\/description|table)\.ts/,
  /^graph\/(?:plural|order)\.ts/,
  /^controller\/instances\/instance_controller\.ts/,
  /^reconcile\/converge\.ts/,
  /^publish\/rgd_status\.ts/,
  /^cel\/library\/declare\.ts/,
];

function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(path)) yield path;
  }
}

Deno.test("no call takes a list of unbounded length as its arguments", () => {
  const found = [...sources(root)].flatMap((path) => {
    const file = path.slice(root.length + 1);
    if (BOUNDED.some((pattern) => pattern.test(file))) return [];
    return [...Deno.readTextFileSync(path).matchAll(SPREAD)].map(([text]) => `${file}: ${text}`);
  });
  assert.deepEqual(found, []);
});
