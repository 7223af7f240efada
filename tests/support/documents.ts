/** Finds the repository's Markdown pages, and the paragraphs of a page. */
import { join } from "node:path";

/** The path of the repository's root folder, with a slash at its end. */
export const root: string = new URL("../..", import.meta.url).pathname;

/** Returns the content of a file. `path` is relative to the repository's root. */
export function read(path: string): string {
  return Deno.readTextFileSync(join(root, path));
}

/**
 * Returns the sorted paths of all files with this extension below a folder. All paths are relative
 * to the repository's root.
 */
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

/** A paragraph or a list item of a Markdown page. */
export interface Paragraph {
  /** The number of the paragraph's first line in the page, from 1. */
  line: number;
  /** The lines of the paragraph. */
  lines: string[];
}

/**
 * Returns the paragraphs and list items of a Markdown page, without headings, tables, code and
 * HTML.
 */
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

/** Returns the content of a Markdown page without code blocks and inline code. */
export function proseOf(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "``")
    .replace(/<!--[\s\S]*?-->/g, "");
}
