/** Links the documents of the API server's `/openapi/v3` to schemas by kind. */
import {
  type GroupVersionKind,
  gvkKey,
  isObject,
  type JsonObject,
  type KindRef,
} from "../api/mod.ts";
import { convert } from "./convert.ts";
import type { KindInfo, Schema } from "./schema.ts";

/** The document of a group-version: the fields that are read. */
export interface OpenApiDocument {
  /** The container of the definitions. */
  components?: {
    /** The definitions by name; those of kinds have `x-kubernetes-group-version-kind`. */
    schemas?: Record<string, JsonObject>;
  };
}

/**
 * The kinds of a document with linked schemas.
 *
 * @param resources The kinds from discovery, which provides plural and scope. Kinds that the document does
 * not define are left out.
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

/** The names of the definitions of kinds, by {@link gvkKey}. */
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

/** A linked definition, and the names of all definitions in it, itself included. */
interface Linked {
  schema: Schema;
  parts: ReadonlySet<string>;
}

const PREFIX = "#/components/schemas/";

/** Links definitions, each once: kinds share the schema objects of common definitions. */
export class Linker {
  readonly #definitions: Readonly<Record<string, JsonObject>>;
  readonly #linked = new Map<string, Linked>();

  /** Creates a linker of definitions by name, as in `components.schemas`. */
  constructor(definitions: Readonly<Record<string, JsonObject>>) {
    this.#definitions = definitions;
  }

  /** The schema of a definition, without references. A missing definition accepts any value. */
  link(name: string): Schema {
    return this.#link(name, []).schema;
  }

  /**
   * Links a definition.
   *
   * @param open The enclosing definitions: a reference back to one of them becomes a bare `type: object`.
   */
  #link(name: string, open: readonly string[]): Linked {
    if (open.includes(name)) return { schema: { type: "object" }, parts: new Set([name]) };
    const isOpen = (part: string) => open.includes(part);
    const known = this.#linked.get(name);
    if (known && !open.some((o) => known.parts.has(o))) return known;

    const parts = new Set([name]);
    const linked: Linked = { schema: this.#convert(name, [...open, name], parts), parts };
    // A schema that was cut at an enclosing definition is valid only inside that one.
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
