/** YAML as kubectl reads it (YAML 1.1 booleans and octals), and as it writes it. */
import { exactInteger, jsonText, parseJson } from "../api/mod.ts";
import {
  boolYaml11Tag,
  CORE_SCHEMA,
  defineScalarTag,
  dump,
  DUMP_SCHEMA,
  intYaml11Tag,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  YAMLException,
} from "js-yaml";
import { UsageError } from "./errors.ts";

/**
 * `defaultMode: 0644` is octal, but `12:30` is no number: kubectl knows no base 60. Integers are
 * exact to the last of 64 bits.
 */
const intTag = defineScalarTag<number | bigint>(intYaml11Tag.tagName, {
  ...intYaml11Tag,
  resolve: (source, isExplicit, tagName) => {
    if (source.includes(":")) return NOT_RESOLVED;
    const exact = /^[+-]?[1-9]/.test(source) ? exactInteger(source) : undefined;
    return exact ?? intYaml11Tag.resolve(source, isExplicit, tagName);
  },
  identify: (value) => typeof value === "bigint" || (intYaml11Tag.identify?.(value) ?? false),
});

const schema = CORE_SCHEMA.withTags(boolYaml11Tag, intTag, mergeTag);

/** All documents of a text; empty ones are left out. UsageError names file, line and column. */
export function parseYaml(text: string, file: string): unknown[] {
  return parseDocuments(text, file).filter((document) => document !== null);
}

/** As {@link parseYaml}, with null for empty documents. */
export function parseDocuments(text: string, file: string): unknown[] {
  try {
    const documents = loadAll(text, { schema });
    for (const document of documents) checkValues(document, file);
    return documents;
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause;
    const at = cause.mark ? `:${cause.mark.line + 1}:${cause.mark.column + 1}` : "";
    throw new UsageError(`${file}${at}: ${cause.reason}`, { cause });
  }
}

/** More values than any manifest of an API server's size can hold. */
const MAX_VALUES = 2_000_000;

/**
 * Holds what YAML can say to what JSON can. Aliases share what they stand for, so a few lines can be
 * endless for whoever walks over them.
 */
function checkValues(document: unknown, file: string): void {
  const sizes = new Map<object, number>();
  const sizeOf = (value: unknown): number => {
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new UsageError(`${file}: ${value} is a number that JSON does not have`);
    }
    if (typeof value !== "object" || value === null) return 1;
    const known = sizes.get(value);
    if (known !== undefined) return known;
    sizes.set(value, Infinity); // met again inside itself
    let size = 1;
    for (const entry of Object.values(value)) size += sizeOf(entry);
    sizes.set(value, size);
    return size;
  };
  const size = sizeOf(document);
  if (size <= MAX_VALUES) return;
  const what = size === Infinity
    ? "contain themselves"
    : `expand to more than ${MAX_VALUES} values`;
  throw new UsageError(`${file}: its aliases ${what}`);
}

/** One document as YAML; values that are absent are left out. */
export function toYaml(value: unknown): string {
  return dump(parseJson(jsonText(value)), { lineWidth: -1, schema: DUMP_SCHEMA.withTags(intTag) });
}
