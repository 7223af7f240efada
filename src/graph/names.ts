/** The rules for the names of kinds, nodes and forEach variables. */

const KRO_RESERVED =
  `apiVersion context dependency dependencies each externalRef externalReference externalRefs
  externalReferences graph instance item items kind kro metadata namespace object resource
  resourcegraphdefinition resourceGraphDefinition resources root runtime schema self
  serviceAccountName spec status this variables vars version`;
const CEL_RESERVED = `true false null in as break const continue else for function if import let
  loop package namespace return var void while`;
const RESERVED = new Set(`${KRO_RESERVED} ${CEL_RESERVED}`.split(/\s+/));

/** Returns the reason why the name of a kind is invalid; undefined when the name is valid. */
export function kindFault(kind: string): string | undefined {
  if (/^[A-Z][a-zA-Z0-9]*$/.test(kind)) return undefined;
  return `kind "${kind}" is not UpperCamelCase (letters and digits, starting with a capital)`;
}

/**
 * Returns the reason why the id of a node or the name of a variable is invalid; undefined when the name is
 * valid.
 */
export function identifierFault(name: string): string | undefined {
  if (RESERVED.has(name)) return `"${name}" is a reserved word`;
  if (/^[a-z][a-zA-Z0-9]*$/.test(name)) return undefined;
  return `"${name}" is not lower camelCase (letters and digits, starting with a small letter)`;
}
