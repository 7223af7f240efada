// The command `deno task celspec`: prints which tests of the CEL specification kro fails. With --record,
// writes passing.txt, the list of the tests that kro passes, and README.md, the page with the results.
import { Ours } from "../ours.ts";
import { canonical } from "../protocol.ts";
import { PAGE, pageOf } from "./page.ts";
import { namesOf, readPassing, standings, writePassing } from "./standing.ts";

const list = await standings(new Ours());
const passing = new Set(namesOf(list));
const lost = (await readPassing()).filter((name) => !passing.has(name));
for (const name of lost) console.log(`no longer passes: ${name}`);
for (const { case: { name, expr, expected }, here, asUpstream } of list.flatMap((s) => s.failing)) {
  const what = asUpstream ? "as upstream" : "fails";
  console.log(`${what}: ${name}: ${expr}\n  expected ${expected}, answered ${canonical(here)}`);
}
console.log(`${passing.size} pass`);
if (Deno.args.includes("--record") && lost.length === 0) {
  await writePassing(list);
  await Deno.writeTextFile(PAGE, pageOf(list));
  console.log(`recorded in ${PAGE}`);
}
Deno.exit(lost.length === 0 ? 0 : 1);
