/** Finds the repository's Markdown pages and their paragraphs. */
import { join } from "node:path";

/** The repository's root folder, with a slash at its end. */
export const root: string = new URL("../..", import.meta.url).pathname;

/** The content of a file, by its path from the root. */
export function read(path: string): string {
  return Deno.readTextFileSync(join(root, path));
}

/** Files below a folder with this extension, by their paths from the root, sorted. */
export function filesBelow(folder: string, extension: string): string[] {
  const skipped = ["node_modules", "dist", ".git"];
  const found: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(join(root, folder))) {
    const path = join(folder, name);
    if (!isDirectory && name.endsWith(extension)) found.push(path);
    else if (isDirectory && !skipped.includes(name)) found.push(...filesBelow(path, extension));
  }
  return found.sort();
}

/** A paragraph or a list item. */
export interface Paragraph {
  /** Number of its first line in the page, from 1. */
  line: number;
  /** Its lines. */
  lines: string[];
}

/** Paragraphs and list items of a page, without headings, tables, code and HTML. */
export function paragraphsOf(text: string): Paragraph[] {
  const found: Paragraph[] = [];
  let current: Paragraph | undefined;
  let isCode = false;
  for (const [index, line] of text.split("\n").entries()) {
    const isFence = /^\s*```/.test(line);
    if (isFence) isCode = !isCode;
    if (isFence || isCode || line.trim() === "" || /^\s*[#|<]/.test(line)) {
      current = undefined;
      continue;
    }
    if (!current || /^\s*([-*]|\d+\.) /.test(line)) {
      current = { line: index + 1, lines: [] };
      found.push(current);
    }
    current.lines.push(line);
  }
  return found;
}

/** The prose of a page: its content without code blocks and inline code. */
export function proseOf(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "``")
    .replace(/<!--[\s\S]*?-->/g, "");
}
