/** Documents of the API server's `/openapi/v3` -> linked schemas by kind. */
import {
  type GroupVersionKind,
  gvkKey,
  isObject,
  type JsonObject,
  type KindRef,
} from "../api/mod.ts";
import { convert } from "./convert.ts";
import type { KindInfo, Schema } from "./schema.ts";

/** The document of a group-version, as far as it is read. */
export interface OpenApiDocument {
  /** Holds the definitions. */
  components?: {
    /** Definitions by name; a root kind's names its group, version and kind. */
    schemas?: Record<string, JsonObject>;
  };
}

/**
 * The kinds of a document. `resources` come from discovery, which alone knows plural and scope; one
 * that the document does not define is left out.
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

/** Names of the root kinds' definitions, by {@link gvkKey}. */
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

/** A linked definition, and all definitions that it is made of, itself included. */
interface Linked {
  schema: Schema;
  parts: ReadonlySet<string>;
}

const PREFIX = "#/components/schemas/";

/** Links definitions, each once: what two kinds have in common is one object. */
export class Linker {
  readonly #definitions: Readonly<Record<string, JsonObject>>;
  readonly #linked = new Map<string, Linked>();

  /** `definitions` by name, as in `components.schemas`. */
  constructor(definitions: Readonly<Record<string, JsonObject>>) {
    this.#definitions = definitions;
  }

  /** The definition without references. One that is missing accepts anything. */
  link(name: string): Schema {
    return this.#link(name, []).schema;
  }

  /** `open` are the definitions around this one; a reference back to one of them ends in an object. */
  #link(name: string, open: readonly string[]): Linked {
    if (open.includes(name)) return { schema: { type: "object" }, parts: new Set([name]) };
    const isOpen = (part: string) => open.includes(part);
    const known = this.#linked.get(name);
    if (known && !open.some((o) => known.parts.has(o))) return known;

    const parts = new Set([name]);
    const linked: Linked = { schema: this.#convert(name, [...open, name], parts), parts };
    // Where the surroundings cut it short, it is good for this place only.
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
