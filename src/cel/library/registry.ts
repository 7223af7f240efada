/** The registry of all functions and operators of CEL. */
import { CONDITIONS } from "./conditions.ts";
import type { FunctionDeclaration } from "./declare.ts";
import { ENCODING } from "./encoding.ts";
import { KUBERNETES_LISTS, LISTS } from "./lists.ts";
import { MAPS } from "./maps.ts";
import { NETWORK } from "./network.ts";
import { OPERATORS } from "./operators.ts";
import { OPTIONALS } from "./optionals.ts";
import { QUANTITIES } from "./quantity.ts";
import { REGEX } from "./regex.ts";
import { SEMVER } from "./semver.ts";
import { STANDARD } from "./standard.ts";
import { STRINGS } from "./strings.ts";
import { TIMES } from "./times.ts";
import { URLS } from "./urls.ts";

/** The declarations of all functions and operators. */
export const DECLARATIONS: readonly FunctionDeclaration[] = [
  ...OPERATORS,
  ...STANDARD,
  ...TIMES,
  ...OPTIONALS,
  // The order of the libraries is the same as in upstream kro. The order matters because a type variable is
  // bound by the first overload that fits.
  ...LISTS,
  ...STRINGS,
  ...KUBERNETES_LISTS,
  ...REGEX,
  ...MAPS,
  ...ENCODING,
  ...QUANTITIES,
  ...SEMVER,
  ...NETWORK,
  ...URLS,
  ...CONDITIONS,
];

const plainFunctions = group(DECLARATIONS.filter((declaration) => !declaration.member));
const memberFunctions = group(DECLARATIONS.filter((declaration) => declaration.member));

function group(
  declarations: readonly FunctionDeclaration[],
): ReadonlyMap<string, FunctionDeclaration[]> {
  const byName = new Map<string, FunctionDeclaration[]>();
  for (const declaration of declarations) {
    const known = byName.get(declaration.name);
    if (known) known.push(declaration);
    else byName.set(declaration.name, [declaration]);
  }
  return byName;
}

/**
 * Returns the declarations of a function, or of a method when `isMember` is true. Returns an empty list when
 * the name is unknown.
 */
export function declarationsOf(name: string, isMember: boolean): readonly FunctionDeclaration[] {
  return (isMember ? memberFunctions : plainFunctions).get(name) ?? [];
}

/**
 * Reports whether a function with this name exists, such as `size` or `json.marshal`. Returns false for the
 * name of a method.
 */
export function isPlainFunction(name: string): boolean {
  return plainFunctions.has(name);
}

/**
 * Returns the names of all functions or of all methods, without operators. The names are used to suggest a
 * correct name for a misspelled one.
 */
export function functionNames(isMember: boolean): string[] {
  return [...(isMember ? memberFunctions : plainFunctions).keys()].filter((name) =>
    /^[a-zA-Z]/.test(name)
  );
}
