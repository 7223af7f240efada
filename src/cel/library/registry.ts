/** All functions by name. */
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

/** Every declaration, overloads that share an implementation in one. */
export const DECLARATIONS: readonly FunctionDeclaration[] = [
  ...OPERATORS,
  ...STANDARD,
  ...TIMES,
  ...OPTIONALS,
  // Of overloads that a type leaves open the first counts, so that the order is upstream's.
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

/** Declarations of a name called plainly, or on a value. */
export function declarationsOf(name: string, isMember: boolean): readonly FunctionDeclaration[] {
  return (isMember ? memberFunctions : plainFunctions).get(name) ?? [];
}

/** Whether there is a plain function of this name, `json.marshal` included. */
export function isPlainFunction(name: string): boolean {
  return plainFunctions.has(name);
}

/** Names that an author can write, for suggestions. */
export function functionNames(isMember: boolean): string[] {
  return [...(isMember ? memberFunctions : plainFunctions).keys()].filter((name) =>
    /^[a-zA-Z]/.test(name)
  );
}
