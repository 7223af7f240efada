/** The `default` marker: its text is JSON in the making, and must be JSON of the field's type. */
import type { Json } from "../api/mod.ts";
import { isObject } from "../api/mod.ts";
import type { Schema } from "../openapi/mod.ts";
import { keepsInteger, parseBool, parseFloat64, parseInt64 } from "./scalar.ts";

/** The default as JSON, or what is wrong with it. */
export type DefaultValue = { value: Json } | { fault: string };

/** Reads a default for a field of that schema's type. */
export function parseDefault(schema: Schema, text: string): DefaultValue {
  switch (schema.type) {
    case "string":
      return parseString(text);
    case "integer":
      return parseInt64(text) === undefined ? wrong("an integer", text) : parseJson(text);
    case "number":
      return parseFloat64(text) === undefined ? wrong("a number", text) : parseJson(text);
    case "boolean":
      if (text === "true" || text === "false") return { value: text === "true" };
      return parseBool(text) === undefined
        ? wrong("a boolean", text)
        : { fault: `default must be a boolean: write true or false, not ${text}` };
    default:
      return parseStructure(schema, text);
  }
}

/** JSON escapes take effect in a string default, so it is read as the inside of a JSON string. */
function parseString(text: string): DefaultValue {
  try {
    return { value: JSON.parse(`"${text}"`) };
  } catch {
    return {
      fault: `default must be the inside of a JSON string, which "${text}" is not`,
    };
  }
}

function parseStructure(schema: Schema, text: string): DefaultValue {
  if (text === "") return { value: null };
  const parsed = parseJson(text);
  if ("fault" in parsed || parsed.value === null) return parsed;
  const fits = schema.type === "array" ? Array.isArray(parsed.value) : isObject(parsed.value);
  return fits ? parsed : wrong(`a JSON ${schema.type}`, text);
}

function parseJson(text: string): DefaultValue {
  let rounded: string | undefined;
  // The source of a number tells what its value no longer does.
  const look = (_key: string, value: Json, context?: { source?: string }): Json => {
    const source = context?.source;
    if (typeof value === "number" && source && !keepsInteger(source)) rounded = source;
    return value;
  };
  try {
    const value: Json = JSON.parse(text, look);
    if (rounded === undefined) return { value };
    return { fault: `default holds an integer that would be rounded: ${rounded}` };
  } catch {
    return wrong("valid JSON", text);
  }
}

function wrong(expected: string, text: string): DefaultValue {
  return { fault: `default must be ${expected}, which "${text}" is not` };
}
