/** Makes text safe for a terminal. */

/**
 * Matches the color sequences that kro writes itself, and the characters that a terminal does not show but
 * obeys: control characters except tab and line feed, and the Unicode controls of the writing direction.
 */
const CONTROLS =
  // deno-lint-ignore no-control-regex -- the control characters are what is searched
  /\x1b\[(?:[0-2]|2[2-9]|3[0-79]|9[0-7])?m|[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Returns a text in which control characters are visible, such as `\u001b` for ESC. A message of another user
 * could otherwise move the cursor, hide lines, or change the title and the clipboard of the terminal. Sequences
 * that only change the color stay, because kro writes them too.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { terminalText } from "./terminal_text.ts";
 *
 * assert.equal(terminalText("a\x1b[2Jb"), "a\\u001b[2Jb");
 * ```
 */
export function terminalText(text: string): string {
  return text.replace(CONTROLS, (found) => found.length > 1 ? found : escaped(found));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
