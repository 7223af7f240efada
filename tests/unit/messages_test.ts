/**
 * Checks that the page `docs/messages.md` contains every message of the source code, with a cause
 * and a remedy.
 */
import assert from "node:assert/strict";
import { faultsOf } from "../support/messages/check.ts";
import { problems } from "../support/messages/main.ts";
import { pageOf } from "../support/messages/page.ts";
import { scan } from "../support/messages/scan.ts";

Deno.test("the table has every message of the source, and the page is written from it", () => {
  assert.deepEqual(problems(), []);
});

const entry = { code: "exit 2", texts: ["no such file <path>"], cause: "c", remedy: "r" };
const section = { title: "Command line", intro: "", entries: [entry] };
const source = (text: string) => new Map([["src/cli/a.ts", text]]);

Deno.test("a message without an entry and an entry without a message are faults", () => {
  const good = "throw new UsageError(`no such file ${path}`);";
  assert.deepEqual(faultsOf(source(good), [section], []), []);
  assert.deepEqual(faultsOf(source(`${good}\nreport("not in the table");`), [section], []), [
    'src/cli/a.ts:2: the table lacks "not in the table"',
  ]);
  assert.deepEqual(faultsOf(source(""), [section], []), ['the source lacks "no such file <>"']);
});

Deno.test("a code that differs from the source's, and a condition that only one side has, are faults", () => {
  assert.deepEqual(faultsOf(source("logger.warn(`no such file ${path}`);"), [section], []), [
    'src/cli/a.ts:1: "no such file <>" has the code kro WARN, and the table has exit 2',
  ]);
  const made =
    'throw new UsageError(`no such file ${p}`); condition("Ready", "False", "Lost", why);';
  assert.deepEqual(faultsOf(source(made), [section], []), [
    "the table lacks the condition Ready=False/Lost",
  ]);
});

const SCANNED: Record<string, { source: string; found: { text: string; code?: string }[] }> = {
  "a log line has its category and level": {
    source:
      'const logger = getLogger(["kro", "graph"]);\nlogger.info("graph {graph} is {state}", { graph, state });',
    found: [{ text: "graph <> is <>", code: "kro.graph INFO" }],
  },
  "sums are one text, and values that are texts themselves count too": {
    source: 'fail("a long text of " + `${n} parts` + (n > 1 ? " and one more" : ""));',
    found: [{ text: "a long text of <> parts<>" }, { text: "and one more" }],
  },
  "a problem's code, also when the message is a constant before it": {
    source: 'const message = `unknown field ${x}`;\nreport({ code: "KIND", message });',
    found: [{ text: "unknown field <>", code: "KIND" }],
  },
  "help, keys, types and signatures are no messages": {
    source: 'program.option("--all", "all of them");\nconst a = { "a key": 1 };\n' +
      'type T = "a b" | "c d";\ndeclare("list(A), int -> A");',
    found: [],
  },
};

for (const [name, { source, found }] of Object.entries(SCANNED)) {
  Deno.test(`messages: ${name}`, () => {
    const { messages } = scan("src/cli/a.ts", source);
    assert.deepEqual(messages.map(({ place: _, ...rest }) => rest), found);
  });
}

Deno.test("messages: bars and back-ticks do not break the page's table", () => {
  const page = pageOf([{ ...section, entries: [{ ...entry, texts: ["a `b` | c"] }] }]);
  assert.match(page, /^\| `exit 2` \| ``a `b` \\\| c`` \| c \| r \|$/m);
});
