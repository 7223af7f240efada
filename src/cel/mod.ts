/**
 * The one boundary round the CEL engine: parse, check against schemas, evaluate, convert values.
 * Nothing outside this room imports the engine, sees its values or reads its error texts.
 *
 * @module
 */
export * from "./types.ts";
// parse(source): Parsed | CelProblem ; compile(source, scope): Program | CelProblem[]
// typeOf(schema): CelType ; assignable(from: CelType, to: CelType | Schema) ; typeText(type)
// toCel(json, type) ; rawToCel(json) ; fromCel(value): Json or failure ; OMIT
