/** Bounds the length of messages, which may repeat values of any size. */

/** The greatest length of one message, in UTF-16 code units. */
export const MAX_MESSAGE = 1024;

/** The greatest length of the message of a condition (metav1.Condition), in UTF-16 code units. */
export const MAX_CONDITION_MESSAGE = 32_768;

/**
 * Shortens a string that is longer than `limit`: a note with the length of the string replaces the middle of
 * the string. The end of the string is kept, because in a message of the API server the reason of a refusal
 * comes after the quoted value.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shortened } from "./mod.ts";
 *
 * const text = shortened(`value "${"x".repeat(1_000_000)}": too long`);
 * assert.equal(text.length, 1024);
 * assert.match(text, /^value "x+ … \[1000018 characters\] … x+": too long$/);
 * ```
 *
 * @param limit In UTF-16 code units; {@link MAX_MESSAGE} by default, at least 64.
 */
export function shortened(text: string, limit = MAX_MESSAGE): string {
  if (text.length <= limit) return text;
  const note = ` … [${text.length} characters] … `;
  const tail = Math.floor(limit / 4);
  const head = text.slice(0, limit - tail - note.length);
  return (head + note + text.slice(text.length - tail)).toWellFormed();
}
