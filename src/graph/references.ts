/** Checks the names in an expression, and finds the nodes that the expression depends on. */
import { didYouMean, type ProblemCode } from "../api/mod.ts";
import type { Draft } from "./expression.ts";
import type { Report } from "./report.ts";

/** The names that an expression may use at one place of the RGD. */
export interface Names {
  /**
   * The ids of all nodes of the RGD, and `schema`. The expression may use these names, except those that
   * {@link refused} contains.
   */
  readonly allowed: ReadonlySet<string>;
  /** The forEach variables that the expression may read, even if {@link refused} contains their names. */
  readonly variables?: readonly string[];
  /**
   * Names that are allowed only at other places of the RGD, with the code and message of the problem to
   * report.
   */
  readonly refused?: {
    get(name: string): { code: ProblemCode; message: string } | undefined;
  };
  /**
   * The code and message of the problem to report when `omit()` is called; undefined when `omit()` is
   * allowed.
   */
  readonly omit?: { code: ProblemCode; message: string };
}

/**
 * Reports the unknown and refused names of a string. Returns a copy of the parsed string that lists these
 * names in {@link Draft.faulty}: type-checking does not report the listed names again, but still finds
 * other problems.
 */
export function checkReferences(draft: Draft, names: Names, report: Report): Draft {
  const faulty: string[] = [];
  const fault = (
    name: string,
    code: ProblemCode,
    offset: number,
    message: string,
    hint?: string,
  ) => {
    faulty.push(name);
    report({ code, path: draft.place.path, expression: draft.source, offset, message, hint });
  };
  for (const [name, offset] of draft.references) {
    if (names.variables?.includes(name)) continue;
    const refused = names.refused?.get(name);
    if (refused) fault(name, refused.code, offset, refused.message);
    else if (!names.allowed.has(name)) {
      const hint = didYouMean(name, usable(names));
      fault(name, draft.place.reference, offset, `unknown identifier "${name}"`, hint);
    }
  }
  const omit = draft.functions.get("omit");
  if (omit !== undefined && names.omit) fault("omit", names.omit.code, omit, names.omit.message);
  return faulty.length === 0 ? draft : { ...draft, faulty };
}

function* usable({ allowed, variables = [], refused }: Names): Generator<string> {
  yield* variables;
  for (const name of allowed) if (!refused?.get(name)) yield name;
}

/** Returns the ids of the nodes that the given strings refer to. */
export function nodesOf(drafts: readonly Draft[], ids: ReadonlySet<string>): Set<string> {
  return new Set(drafts.flatMap((d) => [...d.references.keys()]).filter((name) => ids.has(name)));
}
