/**
 * Checks the documents against the repository: their links, files, commands, flags and tasks must
 * exist, and their lines and paragraphs must not be too long.
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { Command, Option } from "commander";
import { createProgram } from "../../src/cli/program.ts";
import { parseDuration } from "../../src/cli/durations.ts";
import { filesBelow, paragraphsOf, read, root } from "../support/documents.ts";

/** Generated pages, whose lines and paragraphs may be long. */
const GENERATED = ["docs/cli.md", "docs/dependencies.md", "docs/figures.md", "docs/messages.md"];

const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "deploy/README.md",
  "src/README.md",
  "src/controller/metrics/README.md",
  "tests/README.md",
  ...filesBelow("deploy/examples", ".md"),
  ...filesBelow("docs", ".md").filter((page) => !GENERATED.includes(page)),
];

function exists(path: string): boolean {
  try {
    Deno.statSync(join(root, path));
    return true;
  } catch {
    return false;
  }
}

/** Returns the anchors that GitHub generates for a page's headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(" ", "-")
  );
}

/** Returns the relative links and pictures of a page whose target does not exist. */
function brokenLinks(page: string, text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "");
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)]
    .map((match) => match[1] ?? match[2]!);
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : join(dirname(page), path);
    return (path !== "" && !exists(target)) ||
      (anchor !== undefined && !anchorsOf(path === "" ? text : read(target)).includes(anchor));
  });
}

/** Returns the files that a page mentions in prose, tables or commands, and that do not exist. */
function missingFiles(page: string, text: string): string[] {
  const named = [...text.matchAll(/(?<![\w./~-])(?:[\w.-]+\/)+[\w.-]+\.(?:tsx?|md|ya?ml|jsonl)\b/g)]
    .map((match) => match[0]);
  // The test file in docs/testing.md names files relative to its own folder.
  const bases = ["", "src", dirname(page), "deploy/examples/httpbin/tests"];
  return [...new Set(named)].filter((path) =>
    !path.includes("NAME.ts") &&
    !bases.some((base) => exists(join(base, path)))
  );
}

/**
 * Returns the test commands in a page whose `--filter` argument does not occur in the test file that the
 * command names.
 */
function emptyFilters(text: string): string[] {
  return [...text.matchAll(/^(?:\$ )?deno .*?(\S+_test\.ts).* --filter '([^']+)'/gm)]
    .filter(([, file, filter]) => exists(file!) && !read(file!).includes(filter!))
    .map(([command]) => command);
}

/**
 * The maximum width of a line, in characters. Without this limit, a paragraph could have few but
 * very long lines.
 */
const LINE_WIDTH = 110;

/** Returns the paragraphs of more than four lines, and the lines that are too wide. */
function longParagraphs(text: string): string[] {
  return paragraphsOf(text)
    .filter(({ lines }) => lines.length > 4 || lines.some((line) => line.length > LINE_WIDTH))
    .map(({ line, lines }) => `${line}: ${lines[0]}`);
}

for (const page of PAGES) {
  const text = read(page);
  Deno.test(`${page}: links, files and filters of commands exist, paragraphs are short`, () => {
    assert.deepEqual(brokenLinks(page, text), [], "links");
    assert.deepEqual(missingFiles(page, text), [], "files");
    assert.deepEqual(emptyFilters(text), [], "filters");
    assert.deepEqual(longParagraphs(text), [], "paragraphs");
  });
}

Deno.test("README.md has at most 200 lines", () => {
  assert.ok(read("README.md").trimEnd().split("\n").length <= 200);
});

const { tasks } = JSON.parse(read("deno.json")) as { tasks: Record<string, string> };

Deno.test("every task that a page names exists", () => {
  const unknown = PAGES.flatMap((page) =>
    [...read(page).matchAll(/\bdeno(?:@[\d.]+)? task (?:-q )?([a-z]\w*(?::\w+)?)/g)]
      .filter(([, task]) => tasks[task!] === undefined).map(([command]) => `${page}: ${command}`)
  );
  assert.deepEqual(unknown, []);
});

Deno.test("CONTRIBUTING.md lists every task", () => {
  const text = read("CONTRIBUTING.md");
  const parts = /bench:…` *\| (.*)\|/.exec(text)?.[1] ?? "";
  const missing = Object.keys(tasks).filter((task) => {
    const [name, part] = task.split(":");
    return part === undefined
      ? !text.includes(`deno task ${name}\``)
      : !parts.includes(`\`${part}\``);
  });
  assert.deepEqual(missing, []);
});

/** Returns the cells of each row in the table below a heading of docs/operating.md. */
function rowsBelow(heading: string): string[][] {
  const section = read("docs/operating.md").split(/^#+ /m).find((part) => part.startsWith(heading));
  const lines = section?.split("\n").filter((line) => line.startsWith("| `")) ?? [];
  assert.ok(lines.length > 0, heading);
  return lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

/** Returns the options of a command, without `--help`. */
function optionsOf(command: Command): Option[] {
  return command.options.filter((option) => option.long !== "--help");
}

function commandNamed(name: string): Command {
  const program = createProgram({ out() {}, err() {}, color: false }, () => {});
  return program.commands.find((command) => command.name() === name)!;
}

/**
 * Returns the flag and its default value from a row of a table: the flag in its `--long` form, and the
 * default without backticks.
 */
function flagOf([flag = "", standard = ""]: readonly string[]): { long: string; standard: string } {
  return {
    long: /--[\w-]+/.exec(flag)?.[0] ?? "",
    standard: standard.replaceAll("`", ""),
  };
}

/**
 * Whether `standard`, the content of a table cell, is the default value of the option. A duration must have
 * the form that flags accept.
 */
function isDefault(option: Option, standard: string): boolean {
  const value: unknown = option.defaultValue;
  if (value === undefined || option.negate) return true;
  if (option.defaultValueDescription === standard || String(value) === standard) return true;
  return typeof value === "number" && parseDuration(standard) === value;
}

Deno.test("docs/operating.md lists every flag of the controller, with its default", () => {
  const rows = rowsBelow("`kro controller`").map(flagOf);
  const options = optionsOf(commandNamed("controller"));
  assert.deepEqual(
    rows.map(({ long }) => long).sort(),
    options.map(({ long }) => long!).sort(),
  );
  for (const option of options) {
    const { standard } = rows.find(({ long }) => long === option.long)!;
    assert.ok(isDefault(option, standard), `${option.long}: ${standard}`);
  }
});

Deno.test("docs/operating.md lists every flag of the one-shot commands, with its default", () => {
  const names = ["apply", "plan", "reconcile", "delete", "render", "validate", "check"];
  const rows = rowsBelow("One-shot commands");
  const listed = rows.flatMap((row) =>
    row[2]!.split(", ").map((name) => `${name} ${flagOf(row).long}`)
  );
  const declared = names.flatMap((name) =>
    optionsOf(commandNamed(name)).map(({ long }) => `${name} ${long}`)
  );
  assert.deepEqual(listed.sort(), declared.sort());
  for (const row of rows) {
    const { long, standard } = flagOf(row);
    for (const name of row[2]!.split(", ")) {
      const option = optionsOf(commandNamed(name)).find((o) => o.long === long)!;
      // If commands have different defaults, the table cell contains `command: default` for each of
      // them.
      const own = new RegExp(`${name}: ([^;]+)`).exec(standard)?.[1] ?? standard.split("; ")[0]!;
      assert.ok(isDefault(option, own), `${name} ${long}: ${own}`);
    }
  }
});

Deno.test("README.md lists every command", () => {
  const program = createProgram({ out() {}, err() {}, color: false }, () => {});
  const missing = program.commands.filter((c) =>
    !read("README.md").includes(`| \`kro ${c.name()}`)
  );
  assert.deepEqual(missing.map((command) => command.name()), []);
});

Deno.test("the checks find broken links, missing files, empty filters and long paragraphs", () => {
  const page = "docs/page.md";
  assert.deepEqual(
    brokenLinks(page, "[a](nowhere.md) [b](../README.md#nothing) [c](#here)\n# Here"),
    [
      "nowhere.md",
      "../README.md#nothing",
    ],
  );
  assert.deepEqual(missingFiles(page, "`cli/nothing.ts`, `cli/mod.ts`, tests/unit/docs_test.ts"), [
    "cli/nothing.ts",
  ]);
  const command = "deno task test tests/unit/docs_test.ts --filter";
  assert.deepEqual(emptyFilters(`${command} 'finds what'\n${command} '${"no" + "where"} found'`), [
    `${command} '${"no" + "where"} found'`,
  ]);
  assert.deepEqual(longParagraphs("a\nb\nc\nd\n\n- a\n  b\n- c\n  d\n  e\n  f\n  g\n"), ["8: - c"]);
});
