/**
 * Checks that documents and comments in `src` contain no unclear phrases, that every class has a doc comment
 * of its own, and that documents and code use American spelling. CONTRIBUTING.md describes the style.
 */
import assert from "node:assert/strict";
import { filesBelow, proseOf, read } from "../support/documents.ts";

/**
 * Pages that are not searched for the phrases. `deno task faults` writes RESULTS.md and keeps the rows
 * of earlier runs, so a rename of a scenario does not change the page until the scenario runs again.
 */
const EXEMPT_PAGES: readonly string[] = [
  "tests/faults/RESULTS.md",
];

/** A banned phrase, and what to write instead. */
interface Banned {
  phrase: RegExp;
  instead: string;
}

const BANNED: readonly Banned[] = [
  // Words that hide who acts. A sentence must name the component, the object or the user instead.
  { phrase: /\b(?:nobody|somebody|anybody|everybody)\b/i, instead: "name who it is" },
  { phrase: /\b(?:whoever|whosoever)\b/i, instead: "a caller that, a user who" },
  { phrase: /\b(?:what|of|by|who) others\b(?! of)/i, instead: "name the manager, user or object" },
  { phrase: /\bof the rest\b/i, instead: "name what is left" },

  // Negations where a positive statement is possible, and inversions.
  {
    phrase: /\b(?:is|are|was|were) no (?!more\b|less\b)/i,
    instead: "is not a, is missing, has ceased to",
  },
  { phrase: /\b(?:is|are|it has|and) none\b/i, instead: "say what there is" },
  { phrase: /\bnone to speak of\b/i, instead: "few, or say how many" },
  { phrase: /\band no other\b/i, instead: "only" },
  { phrase: /\blest\b/i, instead: "so that … not" },
  { phrase: /\bfor want of\b/i, instead: "without" },
  { phrase: /\bbut for\b/i, instead: "except" },
  {
    phrase: /\b(?:behind|beside|before|after) (?:it|them|which) stands?\b/i,
    instead: "subject first",
  },

  // Everyday words for which a technical term exists.
  { phrase: /\bsettle[sd]?\b/i, instead: "converge, finish, decide" },
  { phrase: /\bfights?\b|\bfighting\b|\bcontests?\b/i, instead: "another manager keeps reverting" },
  { phrase: /\b(?:no|is|are|the|its|their|of) news\b/i, instead: "a change, an event" },
  { phrase: /\bdeeds?\b/i, instead: "writes, actions" },
  { phrase: /\btexts\b/i, instead: "strings, messages" },
  {
    phrase: /\b(?:a|an|its|his|one's|next|first|last|second) look\b/i,
    instead: "a read, a requeue",
  },
  { phrase: /\blook(?:s|ed)? at again\b/i, instead: "requeued, read again" },
  { phrase: /\b(?:takes?|waits? for) (?:its|his|their) turn\b/i, instead: "acquires the mutex" },

  // Words for speech that describe the flow of data.
  { phrase: /\b(?:is|are|be|was|were|been) told\b/i, instead: "receives, is called with, reports" },
  { phrase: /\btold of\b/i, instead: "called with, counts" },
  { phrase: /\btells? of\b/i, instead: "shows, reports, sends" },
  { phrase: /\bhears? of\b/i, instead: "is called when" },
  {
    phrase: /\b(?:lets?|let) (?:it|them|him|her)? ?go\b|\blet go\b/i,
    instead: "releases, deletes",
  },
  { phrase: /\bgives? way\b/i, instead: "ends, is removed" },

  // Vague adverbs of time, which a date or a duration must replace.
  { phrase: /\bby now\b/i, instead: "drop it, or say since when" },
  { phrase: /\bof late\b/i, instead: "recently, or within which time" },
  { phrase: /\bmeanwhile shares\b/i, instead: "coalesces" },

  // A doc comment that only refers to another comment.
  { phrase: /\bsee the file's first lines?\b/i, instead: "a doc comment of its own" },
];

/** British spellings. Documents and code use American spelling, as Kubernetes does. */
const BRITISH =
  /\b(?:behaviours?|colours?|honours?|favours?|for ever|\w+ised?|\w+isation|\w+yse[sd]?|\w*labell(?:ed|ing)|cancell(?:ed|ing)|centre|licence|catalogue)\b/i;

/** American words that {@link BRITISH} matches although they are not British. */
const NOT_BRITISH =
  /^(?:advertis|advis|aris|compris|compromis|demis|devis|disguis|exercis|improvis|likewis|otherwis|prais|precis|premis|promis|rais|revis|ris|supervis|surpris|televis|wis|nois|pois|bruis|cruis|concis|paradis|expertis|enterpris|franchis|merchandis|unpromis|unrais|unrevis|unsupervis|unsurpris)e[sd]?$/i;

/** Returns the {@link BANNED} phrases in a string, each with its line and what to write instead. */
function bannedIn(text: string): string[] {
  // A space also matches a line end, because a phrase may continue on the next line of a comment or
  // paragraph.
  return BANNED.flatMap(({ phrase, instead }) => {
    const pattern = phrase.source.replaceAll(/(?<!\\) /g, "(?:\\s+(?:(?:\\*|//) )?)");
    return [...text.matchAll(new RegExp(pattern, "gi"))].map((match) => {
      const line = text.slice(0, match.index).split("\n").length;
      return `${line}: "${match[0]}": ${instead}`;
    });
  });
}

function britishIn(text: string): string[] {
  return [...text.matchAll(new RegExp(BRITISH.source, "gi"))].map(([word]) => word)
    .filter((word) => !NOT_BRITISH.test(word));
}

/** Separates the words of identifiers, such as `isOpen`, by spaces. */
function wordsOf(code: string): string {
  return code.replace(/([a-z])(?=[A-Z])/g, "$1 ");
}

/**
 * Returns the comments of a TypeScript file. All code is replaced by blank lines, so that the
 * comments keep their line numbers.
 */
function commentsOf(code: string): string {
  const comment = /(?<=^|[\s;{}(),])(?:\/\*[\s\S]*?\*\/|\/\/ .*$)/gm;
  let text = "";
  let end = 0;
  for (const match of code.matchAll(comment)) {
    text += code.slice(end, match.index).replace(/[^\n]/g, "") +
      match[0].replace(/`[^`\n]*`/g, "``");
    end = match.index + match[0].length;
  }
  return text;
}

/** Returns the names of the classes in a file that have no doc comment. */
function bareClasses(code: string): string[] {
  return [...code.matchAll(/^(?:export )?(?:abstract )?class (\w+)/gm)].filter((match) => {
    const before = code.slice(0, match.index).trimEnd();
    if (!before.endsWith("*/")) return true;
    return /see the file's first/i.test(before.slice(before.lastIndexOf("/**")));
  }).map((match) => match[1]!);
}

/** Returns the paths of the source files below a folder. */
function codeBelow(folder: string): string[] {
  return [...filesBelow(folder, ".ts"), ...filesBelow(folder, ".tsx")];
}

const rooms = [...new Set(filesBelow("src", ".ts").map((path) => path.split("/")[1]!))];

for (const room of rooms) {
  Deno.test(`src/${room}: comments have no banned phrases, and every class has a doc comment`, () => {
    const violations = codeBelow(`src/${room}`).flatMap((path) => {
      const code = read(path);
      return [
        ...bannedIn(commentsOf(code)).map((violation) => `${path}:${violation}`),
        ...bareClasses(code).map((name) => `${path}: class ${name} has no doc comment of its own`),
      ];
    });
    assert.deepEqual(violations, []);
  });
}

Deno.test("documents have no banned phrases and use American spelling", () => {
  const violations = filesBelow("", ".md").filter((page) => !EXEMPT_PAGES.includes(page))
    .flatMap((page) => {
      const prose = proseOf(read(page));
      return [
        ...bannedIn(prose).map((violation) => `${page}: line ${violation}`),
        ...britishIn(prose).map((word) => `${page}: "${word}" is not American`),
      ];
    });
  assert.deepEqual(violations, []);
});

Deno.test("identifiers, strings and comments of the code use American spelling", () => {
  const files = ["src", "tests", "deploy"].flatMap(codeBelow)
    .filter((path) =>
      !["tests/unit/words_test.ts", "src/server/live_page_files.ts"].includes(path)
    );
  const violations = files.flatMap((path) =>
    britishIn(wordsOf(read(path))).map((word) => `${path}: "${word}" is not American`)
  );
  assert.deepEqual(violations, []);
  assert.deepEqual(britishIn(wordsOf("isLabelled(normaliseAll)")), ["Labelled", "normalise"]);
});

Deno.test("bannedIn finds banned phrases and accepts plain sentences", () => {
  const bad = [
    "Whoever exceeds it fails its node, and no other.",
    "Told of work that is done.",
    "A line is no event.",
    "There is no server.",
    "The lease is no longer held.",
    "Waits for somebody.",
    "Watches tell of nearly everything.",
    "The graph is let go.",
    "See the file's first line.",
    "What was found by now.",
    "Upstream's defaults but for two.",
    "One fight after another.",
  ];
  for (const sentence of bad) assert.notDeepEqual(bannedIn(sentence), [], sentence);
  const good = [
    "The server is missing.",
    "The process has ceased to hold the lease.",
    "Requeues the key once the mutex is free.",
    "kro reports every problem at once.",
    "Exceeding the budget fails that node only.",
  ];
  for (const sentence of good) assert.deepEqual(bannedIn(sentence), [], sentence);
});

Deno.test("bannedIn finds a phrase in comments only, across line breaks, with its line", () => {
  const code =
    'const url = "https://by now";\n\n/**\n * Found by\n * now.\n */\nconst a = 1; // told of\n';
  assert.deepEqual(bannedIn(commentsOf(code)).map((violation) => violation.split(":")[0]), [
    "7",
    "4",
  ]);
});

Deno.test("bareClasses finds classes without a doc comment of their own", () => {
  const code =
    "/** Counts. */\nexport class A {}\n/** See the file's first line. */\nclass B {}\n\n" +
    "const x = 1;\nexport abstract class C {}\n";
  assert.deepEqual(bareClasses(code), ["B", "C"]);
});

Deno.test("britishIn finds British spellings and accepts American words with the same endings", () => {
  assert.deepEqual(britishIn("normalised behaviour, otherwise revised; promised for ever"), [
    "normalised",
    "behaviour",
    "for ever",
  ]);
});
