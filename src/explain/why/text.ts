/** Formats explanations for people. */
import type { Explanation } from "./model.ts";

/** The options of {@link explanationText}. */
export interface ExplanationTextOptions {
  /** Formats the time of a statement, such as `5m ago`. Without this function, the text contains no times. */
  age?: (time: string) => string;
  /** Formats a statement, for example with colors. */
  paint?: (text: string, statement: Explanation) => string;
}

/**
 * Formats an explanation with one line for each statement. Statements that explain another statement follow
 * it, indented by two spaces. Steps for the reader come last, each once.
 */
export function explanationText(found: Explanation, options: ExplanationTextOptions = {}): string {
  const lines = linesOf(found, 0, options);
  const steps = new Set(stepsOf(found));
  return [...lines, ...[...steps].map((step) => `next: ${step}`)].map((line) => `${line}\n`).join(
    "",
  );
}

/** Returns the steps that an explanation suggests to its reader, each once. */
export function stepsOf({ topic, text, because }: Explanation): string[] {
  const own = topic === "step" ? [text] : [];
  return [...new Set([...own, ...because.flatMap(stepsOf)])];
}

function linesOf(found: Explanation, depth: number, options: ExplanationTextOptions): string[] {
  const { age, paint = (text) => text } = options;
  const since = age && found.time ? ` (${age(found.time)})` : "";
  const line = "  ".repeat(depth) + paint(found.text.replaceAll("\n", " "), found) + since;
  const below = found.because.filter(({ topic }) => topic !== "step");
  return [line, ...below.flatMap((each) => linesOf(each, depth + 1, options))];
}
