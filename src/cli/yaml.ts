/** YAML as kubectl reads it (YAML 1.1 booleans and octals), and as it writes it. */
import {
  boolYaml11Tag,
  CORE_SCHEMA,
  dump,
  intYaml11Tag,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  YAMLException,
} from "js-yaml";
import { UsageError } from "./errors.ts";

/** `defaultMode: 0644` is octal, but `12:30` is no number: kubectl knows no base 60. */
const intTag: typeof intYaml11Tag = {
  ...intYaml11Tag,
  resolve: (source, isExplicit, tagName) =>
    source.includes(":") ? NOT_RESOLVED : intYaml11Tag.resolve(source, isExplicit, tagName),
};

const schema = CORE_SCHEMA.withTags(boolYaml11Tag, intTag, mergeTag);

/** All documents of a text; empty ones are left out. UsageError names file, line and column. */
export function parseYaml(text: string, file: string): unknown[] {
  try {
    return loadAll(text, { schema }).filter((document) => document !== null);
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause;
    const at = cause.mark ? `:${cause.mark.line + 1}:${cause.mark.column + 1}` : "";
    throw new UsageError(`${file}${at}: ${cause.reason}`, { cause });
  }
}

/** One document as YAML; values that are absent are left out. */
export function toYaml(value: unknown): string {
  return dump(JSON.parse(JSON.stringify(value)), { lineWidth: -1 });
}
