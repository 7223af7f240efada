/** The messages of `kro test`. */
import type { Section } from "./types.ts";

/** The section about `kro test` in `docs/messages.md`. */
export const TEST_FILES: Section = {
  title: "Unit tests of RGDs",
  intro:
    "`kro test` prints an error in a test file, and each difference between the expected and the actual result, in one line that begins " +
    "with `file:line:column`. Exit code 1 means that a test failed, and exit code 2 that a test file is invalid.",
  entries: [
    {
      code: "exit 2",
      texts: [
        "there is no test file *.test.yaml in <paths>",
        'no test has a name that contains "<string>"',
      ],
      cause: "The arguments select no test.",
      remedy: "Pass a folder with files `*.test.yaml`, and correct the string of `--filter`.",
    },
    {
      code: "exit 2",
      texts: [
        'unknown key "<key>"; <hint>',
        "… known keys: <keys>",
        'the key "<key>" is missing',
        "the object is empty; known keys: <keys>",
        "the list is empty",
        "the string is empty",
        '"<value>" is not one of <values>',
        'another test has the name "<name>"',
        "<file>: a test file has one YAML document, but this file has several",
      ],
      cause: "The test file does not have the format of docs/testing.md.",
      remedy: "Correct the value at the line and column that the message names.",
    },
    {
      code: "exit 1",
      texts: [
        "expected no field, found <value>",
        "… no field",
        "expected <value>, found <value><reason>",
        "expected a reason with <string>, found <reason>",
        "… no reason",
        "<object> exists",
        "unexpected object <object>",
        "<object> does not exist; <hint>",
        "… the instance has <kind> <names>",
        "… the instance has no <kind>",
        "snapshot: <difference>",
        "… step <number>",
        "<n> passed, <n> failed",
      ],
      cause: "The actual result differs from the expected result.",
      remedy:
        "Correct the RGD or the expected result. If the objects of a snapshot changed on purpose, run `kro test --update`.",
    },
    {
      code: "exit 1",
      texts: ["no such problem: <expected>", "unexpected problem: <rgd>: <problem>"],
      cause: "The problems of the RGDs differ from the expected problems of a rejection.",
      remedy: "Compare the rejection with the output of `kro validate --offline`.",
    },
    {
      code: "exit 1",
      texts: [
        'no condition "<type>"; <hint>',
        'no node "<id>"; <hint>',
        "… there are none",
        'the graph "<graph>" has no node of the kind <kind> <version>',
        '<kind> "<name>" does not exist, so that it cannot be deleted',
        "the instance no longer exists",
        "an object of the kind <kind> has no name",
        "<file> contains several objects",
      ],
      cause: "The test names something that the graph or the instance does not have.",
      remedy: "Correct the name in the test file.",
    },
    {
      code: "exit 1",
      texts: [
        "there is no ResourceGraphDefinition in <paths>",
        'no RGD; name the files of RGDs under "graphs"',
        "kro rejects the RGD: <problems>",
        "no RGD serves the kind <kind> <version>; the RGDs serve <kinds>",
      ],
      cause: "The test has no valid RGD for its instance.",
      remedy: "Name the file of the RGD under `graphs`, and correct the problems of the RGD.",
    },
    {
      code: "exit 1",
      texts: [
        "the objects still change after <n> passes; an expression may depend on its own result",
      ],
      cause: "An expression changes a field that the expression itself depends on.",
      remedy: "Remove the dependency from the expression.",
    },
    {
      code: "exit 1",
      texts: [
        "<file> does not exist; run kro test --update to write it",
        "<file> is the snapshot of several steps, and the objects of the steps differ",
        "the file must be in the folder of the test file or below",
      ],
      cause: "The path of a snapshot cannot be used.",
      remedy: "Give each step a snapshot of its own, below the folder of the test file.",
    },
    {
      code: "exit 0, exit 1",
      texts: [
        "coverage of <graph> in <file>: <n> of <n> (<percent> %)",
        "<place>: <where>: no test in which <event>",
        "… the node is created or read",
        "… includeWhen is true",
        "… includeWhen is false",
        "… forEach has <size>",
        "… no element",
        "… one element",
        "… several elements",
        "… the condition of ? is true",
        "… the condition of ? is false",
      ],
      cause: "With `--coverage`, the parts of an RGD that no test reaches.",
      remedy: "Add a test whose instance reaches the part.",
    },
    {
      code: "exit 1",
      texts: ["the coverage of <graph> is <percent> %, less than <percent> %"],
      cause: "The tests reach a smaller part of the RGD than `--min-coverage` requires.",
      remedy: "Add tests for the parts that `--coverage` lists.",
    },
    {
      code: "exit 2",
      texts: ['"<value>" is not a whole number from 0 to 100'],
      cause: "The value of `--min-coverage` is not a percentage.",
      remedy: "Write digits without a percent sign.",
    },
    {
      code: "exit 0, exit 1",
      texts: ["wrote <file>"],
      cause: "`kro test --update` wrote a snapshot.",
      remedy: "Review the changes of the snapshot before you commit them.",
    },
  ],
};
