/**
 * Reads the documents of the API server's `/openapi/v3` endpoint, and links their definitions to one schema
 * for each kind.
 */
import {
  type GroupVersionKind,
  gvkKey,
  isObject,
  type JsonObject,
  type KindRef,
} from "../api/mod.ts";
import { convert } from "./convert.ts";
import type { KindInfo, Schema } from "./schema.ts";

/** The OpenAPI document of one API group and version. Only the fields that kro reads are declared. */
export interface OpenApiDocument {
  /** The part of the document that contains the definitions. */
  components?: {
    /**
     * The definitions. The keys are the names of the definitions. The definition of a kind has the extension
     * `x-kubernetes-group-version-kind`.
     */
    schemas?: Record<string, JsonObject>;
  };
}

/**
 * Returns the kinds of a document with their linked schemas.
 *
 * @param resources The kinds to return, as discovery reports them with plural and scope. Kinds that the
 * document does not define are left out.
 */
export function kindsOfDocument(
  document: OpenApiDocument,
  resources: readonly KindRef[],
): KindInfo[] {
  const definitions = document.components?.schemas ?? {};
  const linker = new Linker(definitions);
  const roots = rootsOf(definitions);
  return resources.flatMap(({ group, version, kind, plural, namespaced }) => {
    const root = roots.get(gvkKey({ group, version, kind }));
    if (root === undefined) return [];
    return [{ group, version, kind, plural, namespaced, schema: linker.link(root) }];
  });
}

/** Returns the name of the definition of each kind. The keys are the {@link gvkKey} strings of the kinds. */
export function rootsOf(definitions: Record<string, JsonObject>): Map<string, string> {
  const roots = new Map<string, string>();
  for (const [name, definition] of Object.entries(definitions)) {
    const kinds = definition["x-kubernetes-group-version-kind"];
    for (const gvk of Array.isArray(kinds) ? kinds : []) {
      if (!isObject(gvk)) continue;
      const { group = "", version, kind } = gvk as Partial<GroupVersionKind>;
      if (version && kind) roots.set(gvkKey({ group, version, kind }), name);
    }
  }
  return roots;
}

/**
 * The schema of a definition after its references were replaced by schemas. `parts` contains the name of the
 * definition, and the names of the definitions that it refers to, directly or indirectly.
 */
interface Linked {
  schema: Schema;
  parts: ReadonlySet<string>;
}

const PREFIX = "#/components/schemas/";

/**
 * Links definitions: replaces each reference by the schema of the referenced definition. Each definition is
 * linked once, so several kinds share the schema objects of common definitions.
 */
export class Linker {
  readonly #definitions: Readonly<Record<string, JsonObject>>;
  readonly #linked = new Map<string, Linked>();

  /** Creates a linker for the definitions under `components.schemas` of a document. */
  constructor(definitions: Readonly<Record<string, JsonObject>>) {
    this.#definitions = definitions;
  }

  /**
   * Returns the schema of a definition without references. A missing definition yields a schema that accepts
   * any value.
   */
  link(name: string): Schema {
    return this.#link(name, []).schema;
  }

  /**
   * Links one definition.
   *
   * @param open The names of the enclosing definitions, which are not linked completely yet. A reference to
   * an enclosing definition becomes the schema `{ type: "object" }`, which ends the recursion.
   */
  #link(name: string, open: readonly string[]): Linked {
    if (open.includes(name)) return { schema: { type: "object" }, parts: new Set([name]) };
    const isOpen = (part: string) => open.includes(part);
    const known = this.#linked.get(name);
    if (known && !open.some((o) => known.parts.has(o))) return known;

    const parts = new Set([name]);
    const linked: Linked = { schema: this.#convert(name, [...open, name], parts), parts };
    // If `parts` names an enclosing definition, the schema contains `{ type: "object" }` in place of that
    // definition. Such a schema is incomplete outside of the enclosing definition, so it is not stored.
    if (![...parts].some(isOpen)) this.#linked.set(name, linked);
    return linked;
  }

  #convert(name: string, open: readonly string[], parts: Set<string>): Schema {
    const definition = Object.hasOwn(this.#definitions, name) && this.#definitions[name];
    if (!definition) return { "x-kubernetes-preserve-unknown-fields": true };
    return convert(definition, (ref) => {
      const target = this.#link(ref.replace(PREFIX, ""), open);
      for (const part of target.parts) parts.add(part);
      return target.schema;
    });
  }
}
