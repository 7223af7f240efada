/** Which names an expression may use where it stands, and which nodes it makes others wait for. */
import { didYouMean, type ProblemCode } from "../api/mod.ts";
import type { Draft } from "./expression.ts";
import type { Report } from "./report.ts";

/** The names that one place offers. */
export interface Names {
  /** Nodes and `schema`; also ones that are refused, so that all nodes may share one set. */
  readonly allowed: ReadonlySet<string>;
  /** Variables that may be used besides, whatever else their names mean. */
  readonly variables?: readonly string[];
  /** Own texts for names that exist elsewhere: the code and what to say. */
  readonly refused?: ReadonlyMap<string, { code: ProblemCode; message: string }>;
  /** Whether `omit()` may be called; otherwise the code and message of its refusal. */
  readonly omit?: { code: ProblemCode; message: string };
}

/**
 * Reports each name that is not known, with the nearest known one, or refused here. The draft comes back
 * with those names: what else is wrong with it can still be found, but it makes no expression.
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
  for (const name of allowed) if (!refused?.has(name)) yield name;
}

/** The nodes among the names that drafts use. */
export function nodesOf(drafts: readonly Draft[], ids: ReadonlySet<string>): Set<string> {
  return new Set(drafts.flatMap((d) => [...d.references.keys()]).filter((name) => ids.has(name)));
}
