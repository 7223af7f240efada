/**
 * Parses large JSON in slices. V8 parses JSON in one call, which takes more than 100 ms for an object with
 * hundreds of thousands of values, and several seconds for a page of such objects.
 */
import { define, type Json, type JsonObject, parseJson } from "../api/mod.ts";
import { inSlices } from "./slices.ts";

/** The length from which JSON is parsed in slices, in characters. */
const LARGE = 512 * 1024;
/** The length at which the next members of a list or object are parsed, in characters. */
const BATCH = 64 * 1024;

/**
 * Parses JSON as {@link parseJson} does. While the function parses long JSON, the event loop runs after each
 * 20 ms. Rejects with SyntaxError when the text is not valid JSON.
 */
export async function parseJsonInSlices(text: string): Promise<Json> {
  return isLarge(text) ? await inSlices(parseSteps(text)) : parseJson(text);
}

/**
 * Parses a text in slices if it is so long that parsing it in one call may block the event loop. Returns null
 * for a long text that is not JSON, and undefined for any shorter text, which the caller parses by itself.
 */
export async function parsedIfLarge(text: string): Promise<Json | undefined> {
  return isLarge(text) ? await parseJsonInSlices(text).catch(() => null) : undefined;
}

function isLarge(text: string): boolean {
  return text.length >= LARGE;
}

/** The maximum nesting depth of long JSON. The API server accepts a depth of 10,000. */
const MAX_NESTING = 20_000;

/** A list or object whose end is not reached yet. */
interface Open {
  readonly isList: boolean;
  /** The position of its opening bracket. */
  readonly at: number;
  /** The position of the first member that is not part of {@link value} yet. */
  start: number;
  /** The position of the last string that is a direct member or key. */
  string: number;
  /** The members that were parsed; undefined when none was parsed on its own. */
  value?: Json[] | JsonObject;
  /** Whether a comma or the closing bracket must follow at {@link start}. */
  isComplete: boolean;
}

/**
 * Parses JSON in steps, and returns the value. Each step parses about `batch` characters. The members of a
 * list or object that is longer than a batch are parsed in several calls of `JSON.parse`.
 */
export function* parseSteps(text: string, batch: number = BATCH): Generator<void, Json> {
  const open: Open[] = [];
  for (let at = 0; at < text.length; at++) {
    const top = open.at(-1);
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        if (top) top.string = at;
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (open.length >= MAX_NESTING) throw malformed(at);
        open.push({
          isList: text.charCodeAt(at) === 0x5b,
          at,
          start: at + 1,
          string: -1,
          isComplete: false,
        });
        break;
      case 0x2c: // ,
        if (!top || (at - top.start < batch && !top.isComplete)) break;
        addMembers(text, top, at);
        top.start = at + 1;
        top.isComplete = false;
        yield;
        break;
      case 0x5d: // ]
      case 0x7d: { // }
        const ended = open.pop();
        if (!ended?.value) break;
        if (ended.isList !== (text.charCodeAt(at) === 0x5d)) throw malformed(at);
        addMembers(text, ended, at);
        const parent = open.at(-1);
        if (!parent) return wholeOf(text, ended, at);
        addChild(text, parent, ended);
        parent.start = at + 1;
        parent.isComplete = true;
        yield;
      }
    }
  }
  return parseJson(text);
}

/** Returns the position of the quote that ends the string which begins at `at`. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === 0x5c) escapes++;
    if (escapes % 2 === 0) return end;
  }
  throw malformed(at);
}

/** Parses the members between `open.start` and `end`, and adds them to the list or object. */
function addMembers(text: string, open: Open, end: number): void {
  const members = text.slice(open.start, end);
  if (open.isComplete) {
    if (members.trim() !== "") throw malformed(open.start);
    return;
  }
  if (members.trim() === "") throw malformed(open.start);
  if (open.isList) {
    const list = (open.value ??= []) as Json[];
    for (const member of parseJson(`[${members}]`) as Json[]) list.push(member);
  } else {
    const object = (open.value ??= {}) as JsonObject;
    const parsed = parseJson(`{${members}}`) as JsonObject;
    for (const key in parsed) define(object, key, parsed[key]);
  }
}

/** Adds a list or object that was parsed on its own to the list or object that contains it. */
function addChild(text: string, parent: Open, child: Open): void {
  const end = parent.isList ? child.at : parent.string;
  const before = text.slice(parent.start, Math.max(end, parent.start)).trimEnd();
  if (parent.isComplete) throw malformed(child.at);
  if (before.endsWith(",")) addMembers(text, parent, parent.start + before.length - 1);
  else if (before.trim() !== "") throw malformed(child.at);
  if (parent.isList) {
    ((parent.value ??= []) as Json[]).push(child.value!);
    return;
  }
  const colon = text.slice(Math.max(end, parent.start), child.at).trimEnd();
  if (end < parent.start || !colon.endsWith(":")) throw malformed(child.at);
  const key = parseJson(colon.slice(0, -1));
  if (typeof key !== "string") throw malformed(end);
  define((parent.value ??= {}) as JsonObject, key, child.value!);
}

/** Returns the outermost value, which ends at `end`. */
function wholeOf(text: string, open: Open, end: number): Json {
  if (/[^ \t\r\n]/.test(text.slice(0, open.at))) throw malformed(0);
  if (/[^ \t\r\n]/.test(text.slice(end + 1))) throw malformed(end + 1);
  return open.value!;
}

function malformed(at: number): SyntaxError {
  return new SyntaxError(`malformed JSON at position ${at}`);
}
