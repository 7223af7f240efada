/**
 * Finds promises in `src` that are neither awaited nor handled. If such a promise rejected, the
 * process would end.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import ts from "typescript";

const root = new URL("../../", import.meta.url).pathname;

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.asynciterable.d.ts"],
  types: [],
  jsx: ts.JsxEmit.ReactJSX,
};

function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(path)) yield path;
  }
}

/** Returns the places of promises that are neither awaited nor handled, as `file:line: code`. */
function unguarded(program: ts.Program, files: readonly string[]): string[] {
  const checker = program.getTypeChecker();
  const isPromise = (type: ts.Type): boolean =>
    type.isUnion()
      ? type.types.some(isPromise)
      : ["Promise", "PromiseLike"].includes(type.getSymbol()?.name ?? "");
  const results = (node: ts.Expression) =>
    checker.getTypeAtLocation(node).getCallSignatures().map((s) => s.getReturnType());
  /**
   * Whether the expression is a callback whose result the called function ignores: the type of the
   * parameter is a function that returns `void`.
   */
  const ignoresResult = (node: ts.Expression) => {
    const expected = checker.getContextualType(node);
    const signatures = expected ? checker.getNonNullableType(expected).getCallSignatures() : [];
    return signatures.length > 0 &&
      signatures.every((s) => (s.getReturnType().flags & ts.TypeFlags.Void) !== 0);
  };
  const isHandled = (node: ts.Expression): boolean =>
    ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) &&
    (node.expression.name.text === "catch" ||
      (node.expression.name.text === "then" && node.arguments.length > 1));
  const found: string[] = [];
  for (const path of files) {
    const file = program.getSourceFile(path)!;
    const report = (node: ts.Node) => {
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push(`${path.replace(root, "")}:${line}: ${node.getText().split("\n")[0]}`);
    };
    const visit = (node: ts.Node) => {
      if (ts.isExpressionStatement(node) || ts.isVoidExpression(node)) {
        const inner = node.expression;
        const isAssigned = ts.isBinaryExpression(inner);
        if (!isAssigned && isPromise(checker.getTypeAtLocation(inner)) && !isHandled(inner)) {
          report(node);
        }
      } else if (
        ts.isExpression(node) &&
        (ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isIdentifier(node) ||
          ts.isPropertyAccessExpression(node)) &&
        ignoresResult(node) && results(node).some(isPromise)
      ) report(node);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return [...new Set(found)].sort();
}

function check(files: readonly string[], virtual: Record<string, string> = {}): string[] {
  const host = ts.createCompilerHost(OPTIONS);
  const { readFile, fileExists } = host;
  host.readFile = (path) => virtual[path] ?? readFile(path);
  host.fileExists = (path) => path in virtual || fileExists(path);
  const { getSourceFile } = host;
  host.getSourceFile = (path, version) =>
    path in virtual
      ? ts.createSourceFile(path, virtual[path]!, version, true)
      : getSourceFile(path, version);
  return unguarded(ts.createProgram({ rootNames: files, options: OPTIONS, host }), files);
}

Deno.test("every promise is awaited, or its rejection is handled", () => {
  const files = [join(root, "main.ts"), ...sources(join(root, "src"))];
  assert.deepEqual(check(files), []);
});

Deno.test("the check finds each way to leave a promise alone", () => {
  const path = join(root, "src/example.ts");
  const text = `
declare function work(): Promise<void>;
declare function call(callback: () => void): void;
declare function wait(callback: () => Promise<void>): void;
work();
void work();
const arrow = () => void work();
call(() => work());
call(async () => {});
call(work);
await work();
work().catch(() => {});
void work().catch(() => {});
wait(work);
const kept = work();
export { arrow, kept };
`;
  const lines = check([path], { [path]: text }).map((place) => Number(place.split(":")[1]));
  assert.deepEqual(lines.toSorted((a, b) => a - b), [5, 6, 7, 8, 9, 10]);
});
