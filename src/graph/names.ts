/** Naming rules: kinds, node ids and forEach variables must be usable as identifiers. */

const KRO_RESERVED =
  `apiVersion context dependency dependencies each externalRef externalReference externalRefs
  externalReferences graph instance item items kind kro metadata namespace object resource
  resourcegraphdefinition resourceGraphDefinition resources root runtime schema self
  serviceAccountName spec status this variables vars version`;
const CEL_RESERVED = `true false null in as break const continue else for function if import let
  loop package namespace return var void while`;
const RESERVED = new Set(`${KRO_RESERVED} ${CEL_RESERVED}`.split(/\s+/));

/** What is wrong with a kind's name; undefined when nothing. */
export function kindFault(kind: string): string | undefined {
  if (/^[A-Z][a-zA-Z0-9]*$/.test(kind)) return undefined;
  return `kind "${kind}" is not UpperCamelCase (letters and digits, a capital first)`;
}

/** What is wrong with the name of a node or variable; undefined when nothing. */
export function identifierFault(name: string): string | undefined {
  if (RESERVED.has(name)) return `"${name}" is a reserved word`;
  if (/^[a-z][a-zA-Z0-9]*$/.test(name)) return undefined;
  return `"${name}" is not lower camelCase (letters and digits, a small letter first)`;
}
