/** The messages of `kro record` and `kro replay`. */
import type { Section } from "./types.ts";

/** The section about records in `docs/messages.md`. */
export const RECORDS: Section = {
  title: "Records",
  intro:
    "`kro record` saves one pass over an instance to a file, and `kro replay` repeats the pass. Exit code 1 of `kro replay` means that a " +
    "node has another result than in the record.",
  entries: [
    {
      code: "exit 0",
      texts: [
        "recorded <instance>: <n> answers",
        "values of Secrets are replaced; not reproducible: <nodes>",
      ],
      cause:
        "`kro record` wrote the record. The results of the named nodes differ in a replay, because they depend on values of Secrets.",
      remedy: "Nothing to do. Review the record before you publish it.",
    },
    {
      code: "exit 2",
      texts: [
        "no ResourceGraphDefinition defines <kind>: kro record records instances of graphs",
        "kro record records an instance: name the kind that the ResourceGraphDefinition defines",
      ],
      cause: "The argument does not name an instance of an RGD.",
      remedy: "Write `KIND/NAME`, such as `httpbinapps/demo`.",
    },
    {
      code: "exit 2",
      texts: [
        'the ResourceGraphDefinition "<name>" has no usable graph: <problems>',
        "… kro has not published it yet",
      ],
      cause: "The RGD of the instance has problems, and no earlier revision is usable.",
      remedy: "Correct the problems, which `kro validate` also prints.",
    },
    {
      code: "exit 2",
      texts: [
        "<file> is not a record of kro: make one with kro record",
        "the record <file> was edited after kro wrote it, so that a replay proves nothing: record again",
        "the record <file> was made by kro <version>, but this is kro <version>: use the version of the record, or record again",
        'the recorded ResourceGraphDefinition "<name>" does not compile: <problems>',
      ],
      cause:
        "The record cannot be used with this version of kro, or the file is not as kro wrote it.",
      remedy: "Use the version of kro that the record names, or make a new record.",
    },
    {
      code: "exit 1",
      texts: [
        'node "<id>" differs from the record: expected <result>, found <result>',
        "the record has no answer to: <request>",
      ],
      cause:
        "The replay had another result, because kro works differently from the kro that made the record.",
      remedy: "Report the record and the output of `kro replay`.",
    },
    {
      code: "exit 0, exit 1",
      texts: [
        "<instance>: <state> (recorded at <time> by kro <version>)",
        "not reproducible, because of values of Secrets: <nodes>",
        "next pass: after a change",
        "next pass: <time>: <reason>",
        "… after the requeue interval",
        "… after a change",
        "next pass: a retry: <error>",
      ],
      cause: "The result of the replayed pass.",
      remedy: "See the section about failures of nodes on this page for the reasons.",
    },
  ],
};
