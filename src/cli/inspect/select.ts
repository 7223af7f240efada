/** Selects and sorts the objects that `kro get` prints. */
import { didYouMean, type KubeObject, RGD_KIND, valueAt } from "../../api/mod.ts";
import { parsePath } from "../../explain/mod.ts";
import { UsageError } from "../errors.ts";
import { isOfKind } from "../report.ts";
import { instanceState, stateOf } from "./rows.ts";

/** The values of `--state`: the states of instances and of graphs. */
const STATES: readonly string[] = [
  "ACTIVE",
  "IN_PROGRESS",
  "ERROR",
  "SUSPENDED",
  "DELETING",
  "Active",
  "Inactive",
];

/**
 * The names that `--sort-by` accepts in place of a path, each with the path of the field that it stands for.
 */
const SORT_NAMES: Readonly<Record<string, string>> = {
  name: "metadata.name",
  namespace: "metadata.namespace",
  age: "metadata.creationTimestamp",
  state: "status.state",
  kind: "kind",
};

/** Parses the value of `--state`. Throws UsageError for an unknown state. */
export function parseState(text: string): string {
  const found = STATES.find((state) => state.toLowerCase() === text.toLowerCase());
  if (found) return found.toLowerCase();
  const hint = didYouMean(text, STATES) ?? `known are ${STATES.join(", ")}`;
  throw new UsageError(`unknown state "${text}"; ${hint}`);
}

/** Reports whether an object has the state that `--state` selects. */
export function isInState(object: KubeObject, state: string | undefined): boolean {
  if (state === undefined) return true;
  const isLeaving = object.metadata.deletionTimestamp !== undefined;
  const shown = isOfKind(object, RGD_KIND) && !isLeaving ? stateOf(object) : instanceState(object);
  return shown.toLowerCase() === state;
}

/**
 * Parses the value of `--sort-by`: one of the words `name`, `namespace`, `age`, `state` and `kind`, or a path
 * of a field in kubectl's form, such as `.spec.replicas` or `{.metadata.name}`. Throws UsageError for any
 * other string.
 */
export function parseSortBy(text: string): (string | number)[] {
  const named = Object.hasOwn(SORT_NAMES, text) ? SORT_NAMES[text] : undefined;
  const isPath = /^\{?\./.test(text);
  const path = parsePath(named ?? text.replace(/^\{?\.(.*?)\}?$/, "$1"));
  if ((named !== undefined || isPath) && path) return [...path];
  const names = Object.keys(SORT_NAMES);
  const hint = didYouMean(text, names) ??
    `use a path such as .metadata.name, or ${names.join(", ")}`;
  throw new UsageError(`cannot sort by "${text}"; ${hint}`);
}

/**
 * Returns the objects sorted by the field at a path. Numbers are compared as numbers and all other values as
 * strings. Objects without the field come last. Returns the objects unchanged without a path.
 */
export function sorted<T extends KubeObject>(
  objects: readonly T[],
  path: readonly (string | number)[] | undefined,
): T[] {
  if (!path) return [...objects];
  return objects.toSorted((a, b) => compare(valueAt(a, path), valueAt(b, path)));
}

function compare(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [x, y] = [String(a), String(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
