/** Parses the value of the `default` marker as JSON of the field's type. */
import { exactInteger, isObject, type Json, parseJson } from "../api/mod.ts";
import type { Schema } from "../openapi/mod.ts";
import { parseBool, parseFloat64 } from "./scalar.ts";

/**
 * The default as a JSON value, or the fault of the default. `unsound` is true if the default is valid for the
 * field's type but not valid JSON, such as `True` for a boolean. As in upstream kro, an unsound default of a
 * custom type that no field uses is ignored.
 */
export type DefaultValue = { value: Json } | { fault: string; unsound: boolean };

/** Parses the value of a `default` marker for a field with this schema. */
export function parseDefault(schema: Schema, text: string): DefaultValue {
  switch (schema.type) {
    case "string":
      return parseString(text);
    case "integer":
      return exactInteger(text) === undefined ? wrong("an integer", text) : readJson(text);
    case "number":
      if (/^[+-]?(nan|inf(inity)?)$/i.test(text)) return unsound("a finite number", text);
      return parseFloat64(text) === undefined ? wrong("a number", text) : readJson(text);
    case "boolean":
      if (text === "true" || text === "false") return { value: text === "true" };
      if (parseBool(text) === undefined) return wrong("a boolean", text);
      return {
        fault: `default must be a boolean: write true or false, not ${text}`,
        unsound: true,
      };
    default:
      return parseStructure(schema, text);
  }
}

/** Parses the default of a string field. JSON escapes in the default are decoded as in a JSON string. */
function parseString(text: string): DefaultValue {
  const parsed = readJson(`"${text}"`);
  return "value" in parsed ? parsed : unsound("the content of a JSON string", text);
}

function parseStructure(schema: Schema, text: string): DefaultValue {
  if (text === "") return { value: null };
  const parsed = readJson(text);
  if ("fault" in parsed || parsed.value === null) return parsed;
  const fits = schema.type === "array" ? Array.isArray(parsed.value) : isObject(parsed.value);
  return fits ? parsed : unsound(`a JSON ${schema.type}`, text);
}

function readJson(text: string): DefaultValue {
  try {
    return { value: parseJson(text) };
  } catch {
    return unsound("valid JSON", text);
  }
}

function wrong(expected: string, text: string): DefaultValue {
  return { fault: `default must be ${expected}, which "${text}" is not`, unsound: false };
}

function unsound(expected: string, text: string): DefaultValue {
  return { fault: `default must be ${expected}, which "${text}" is not`, unsound: true };
}
