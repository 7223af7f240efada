/** The registry of all functions and operators. */
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

/** All declarations. */
export const DECLARATIONS: readonly FunctionDeclaration[] = [
  ...OPERATORS,
  ...STANDARD,
  ...TIMES,
  ...OPTIONALS,
  // Upstream's order: a type that is left open is bound by the first overload that fits.
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

/** The declarations of a function, or with `isMember` of a method; empty when unknown. */
export function declarationsOf(name: string, isMember: boolean): readonly FunctionDeclaration[] {
  return (isMember ? memberFunctions : plainFunctions).get(name) ?? [];
}

/** Whether a function, qualified as in `json.marshal`, exists; methods do not count. */
export function isPlainFunction(name: string): boolean {
  return plainFunctions.has(name);
}

/** The names of all functions or methods without operators, for suggestions. */
export function functionNames(isMember: boolean): string[] {
  return [...(isMember ? memberFunctions : plainFunctions).keys()].filter((name) =>
    /^[a-zA-Z]/.test(name)
  );
}
