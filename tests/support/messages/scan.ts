/**
 * Finds the messages in the source code: the strings that users may read in a log, a condition, an
 * error or on a terminal.
 */
import ts from "typescript";

/** A message, or a part of a message, that a source file contains. */
export interface Found {
  /** The message. Each inserted value is replaced by `<>`. */
  text: string;
  /**
   * How the message is reported, if the source shows it: `kro.graph WARN`,
   * `KindReady=False/Failed`, `KIND`, `exit 2` or `HTTP 404`.
   */
  code?: string;
  /** The file and line, such as `src/cli/files.ts:38`. */
  place: string;
}

/** The result of {@link scan}. */
export interface Findings {
  /** The messages, in the order of the source. */
  messages: Found[];
  /**
   * The conditions as `Type=Status/Reason`, including conditions whose message is not a literal.
   */
  conditions: Set<string>;
}

/**
 * The names of functions whose arguments are data or help texts. A string that is passed to one of these
 * functions is not a message.
 */
const SILENT_CALLS = new Set(
  `argument Argument guarded inBackground command description describe env getLogger help helpGroup addHelpText option optionsGroup Option set
  split version usage`.split(/\s+/),
);

/**
 * Source files that contain help or data instead of messages. The metrics' descriptions have a page of their
 * own, the descriptions of the HTTP API are part of its OpenAPI document, and the live page shows its texts in
 * their context. The files in `src/explain` contain parts of generated files, such as roles and drawings. The
 * statements of explanations, and the tables of `kro get` and `kro describe`, describe the state of objects.
 */
const SILENT_FILES = [
  /^src\/controller\/metrics\//,
  /^src\/graph\/(?:plural|plural_words|hash)\.ts$/,
  /^src\/explain\/(?:drawing|fields|json_schema|reference|role|sample|svg)\.ts$/,
  /^src\/explain\/why\/(?!subject)\w+\.ts$/,
  /^src\/cli\/inspect\/(?:description|rows)\.ts$/,
  /^src\/cli\/(?:test|plan)\/file_schema\.ts$/,
  /^src\/cli\/(?:examples|program_name|completion\/scripts)\.ts$/,
  /^src\/clusters\/record\/call\.ts$/,
  /^src\/server\/(?:descriptions|frame|headers|openapi|schemas)\.ts$/,
  /^src\/server\/page\//,
];

/** Constants that contain lists of words or help instead of messages. */
const SILENT_CONSTANTS = /RESERVED|WORDS|HELP/;

/** The labels of errors in docs/messages.md. The keys are the names of the errors' classes. */
const ERROR_CODES = new Map([
  ["BadQuery", "HTTP 400"],
  ["ConfigError", "exit 2"],
  ["ListenError", "exit 2"],
  ["MissingFileError", "exit 2"],
  ["MissingObject", "exit 1"],
  ["NoClusterError", "exit 2"],
  ["UsageError", "exit 2"],
]);

/**
 * Words in CEL's type signatures, such as `list(A), int -> A`. A string of such words is not a
 * message.
 */
const TYPE_WORDS =
  /^(?:[A-Z]|<>|int|uint|double|string|bool|bytes|dyn|type|list|map|optional|duration|timestamp|net\.\w+|kro\.run\.\w+)$/;

const LEVELS = new Set(["trace", "debug", "info", "warn", "error", "fatal"]);
const PROBLEM_CODE = /^[A-Z]+(?:-[A-Z]+)?$/;
const FAILURE_KINDS = new Set(
  ["pending", "overload", "division", "overflow", "conversion", "argument", "cost", "other"],
);
const LOG_CODE = /^kro\.\S+ [A-Z]+$/;

/** Finds the messages of one file; `path` begins with `src/`. */
export function scan(path: string, source: string): Findings {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const findings: Findings = { messages: [], conditions: new Set() };
  const category = categoryOf(file);
  const isSilent = SILENT_FILES.some((pattern) => pattern.test(path));

  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    for (const code of conditionsOf(node)) findings.conditions.add(code);
    if (ts.isVariableDeclaration(node) && SILENT_CONSTANTS.test(node.name.getText(file))) return;
    if (isText(node)) {
      if (!isSilent) add(node);
      // Also searches the expressions that are inserted into the message, because their strings may be
      // messages as well.
      valuesOf(node).forEach(visit);
      return;
    }
    if (isCallOf(node, SILENT_CALLS)) return;
    ts.forEachChild(node, visit);
  };
  const add = (node: ts.Expression) => {
    const raw = textOf(node).replaceAll(/\s+/g, " ").trim();
    if (!isMessage(raw)) return;
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    const code = codeOf(node, category);
    // Replaces LogTape's placeholders, such as `{name}`, by `<>`.
    const text = code && LOG_CODE.test(code) ? raw.replaceAll(/\{\w+\}/g, "<>") : raw;
    findings.messages.push({ text, ...(code && { code }), place: `${path}:${line}` });
  };
  visit(file);
  return findings;
}

/** Whether a string is a message: a message has a space between words. */
function isMessage(text: string): boolean {
  const words = text.split(/[\s,()]+|->/).filter(Boolean);
  if (!/\S \S/.test(text) || !/[a-z]{2}/.test(text)) return false;
  return !words.every((word) => TYPE_WORDS.test(word)) &&
    words.some((word) => /^["'(]?[A-Za-z][a-z']*[a-z][,:;.)"']*$/.test(word));
}

type TextExpression = ts.StringLiteralLike | ts.TemplateExpression | ts.BinaryExpression;

/** Whether an expression is a string, a template, or a concatenation of strings. */
function isText(node: ts.Node): node is TextExpression {
  if (ts.isStringLiteralLike(node)) return !isName(node);
  if (ts.isTemplateExpression(node)) return true;
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
    (isPart(node.left) || isPart(node.right));
}

function isPart(node: ts.Expression): boolean {
  return isText(node) || (ts.isParenthesizedExpression(node) && isPart(node.expression));
}

/** Whether a string is an object key or an index, which is data and not a message. */
function isName(node: ts.StringLiteralLike): boolean {
  const { parent } = node;
  return (ts.isPropertyAssignment(parent) && parent.name === node) ||
    ts.isElementAccessExpression(parent);
}

function textOf(node: ts.Expression): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map((span) => `<>${span.literal.text}`).join("");
  }
  if (isText(node) && ts.isBinaryExpression(node)) return textOf(node.left) + textOf(node.right);
  return "<>";
}

/** Returns the expressions that a template or a concatenation inserts into a message. */
function valuesOf(node: ts.Expression): ts.Expression[] {
  if (ts.isParenthesizedExpression(node)) return valuesOf(node.expression);
  if (ts.isTemplateExpression(node)) return node.templateSpans.map((span) => span.expression);
  if (isText(node) && ts.isBinaryExpression(node)) {
    return [...valuesOf(node.left), ...valuesOf(node.right)];
  }
  return ts.isStringLiteralLike(node) ? [] : [node];
}

/**
 * Returns how the message is reported, such as `HTTP 404`. The call, error, object or constant around the
 * message shows this. Returns undefined for a message in another place.
 */
function codeOf(node: ts.Node, category: string): string | undefined {
  let at = node;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  const { parent } = at;
  if (ts.isVariableDeclaration(parent)) return codeOfVariable(parent, category);
  if (ts.isCallExpression(parent)) return codeOfCall(parent, category);
  if (ts.isNewExpression(parent)) return codeOfError(parent);
  const isProperty = ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent);
  if (!isProperty || !ts.isObjectLiteralExpression(parent.parent)) return undefined;
  if (parent.name.getText() !== "message") return undefined;
  const [problem] = literalsOf(valueOf(parent.parent, "code"));
  return problem && PROBLEM_CODE.test(problem) ? problem : conditionsOf(parent.parent)[0];
}

/**
 * Returns how the message in a constant is reported, according to the first expression that uses the
 * constant.
 */
function codeOfVariable(declaration: ts.VariableDeclaration, category: string): string | undefined {
  let block: ts.Node = declaration;
  while (!ts.isBlock(block) && !ts.isSourceFile(block)) block = block.parent;
  let code: string | undefined;
  const visit = (node: ts.Node): void => {
    if (code !== undefined) return;
    const isUse = ts.isIdentifier(node) && node.text === declaration.name.getText() &&
      node.pos >= declaration.end;
    if (isUse) code = codeOf(node, category);
    ts.forEachChild(node, visit);
  };
  if (ts.isIdentifier(declaration.name)) visit(block);
  return code;
}

/**
 * Returns how a message that is passed to a function is reported: a log line's category and level,
 * an HTTP status, a failure's kind, or a condition. The name of the function shows this.
 */
function codeOfCall(call: ts.CallExpression, category: string): string | undefined {
  const [first] = call.arguments;
  if (ts.isPropertyAccessExpression(call.expression)) {
    const { name, expression } = call.expression;
    const isLogger = /logger/i.test(expression.getText());
    return isLogger && LEVELS.has(name.text) ? `${category} ${name.text.toUpperCase()}` : undefined;
  }
  switch (call.expression.getText()) {
    case "problem":
      return `HTTP ${first?.getText()}`;
    case "fail":
      return literalsOf(first).find((kind) => FAILURE_KINDS.has(kind));
    default:
      return conditionsOf(call)[0];
  }
}

/**
 * Returns how a message that is passed to an error's constructor is reported: an exit code, an HTTP
 * status, or a failure's kind. The name of the error's class shows this.
 */
function codeOfError({ expression, arguments: given }: ts.NewExpression): string | undefined {
  const name = expression.getText();
  return /^(?:Cel|Data)Error$/.test(name) ? literalsOf(given?.[0])[0] : ERROR_CODES.get(name);
}

/** Returns the category of the log lines that a file writes. */
function categoryOf(file: ts.SourceFile): string {
  let category = "kro";
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(file) === "getLogger") {
      const [names] = node.arguments;
      if (names && ts.isArrayLiteralExpression(names)) {
        category = names.elements.map((each) =>
          ts.isStringLiteralLike(each) ? each.text : `<${each.getText(file)}>`
        ).join(".");
        return;
      }
    }
    if (category === "kro") ts.forEachChild(node, visit);
  };
  visit(file);
  return category;
}

/** Returns the strings of a union type, such as `ProblemCode`. */
export function unionOf(source: string, name: string): string[] {
  const file = ts.createSourceFile("union.ts", source, ts.ScriptTarget.Latest, true);
  const alias = file.statements.find((node): node is ts.TypeAliasDeclaration =>
    ts.isTypeAliasDeclaration(node) && node.name.text === name
  );
  if (!alias || !ts.isUnionTypeNode(alias.type)) throw new Error(`no union type ${name}`);
  return alias.type.types.flatMap((type) =>
    ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) ? [type.literal.text] : []
  );
}

/**
 * Returns the conditions that an expression creates: a call of `condition()`, or an object with
 * type, status and reason.
 */
function conditionsOf(node: ts.Node): string[] {
  let parts: (ts.Expression | undefined)[] = [];
  if (ts.isCallExpression(node) && node.expression.getText() === "condition") {
    parts = [...node.arguments].slice(0, 3);
  } else if (ts.isObjectLiteralExpression(node)) {
    parts = ["type", "status", "reason"].map((name) => valueOf(node, name));
  }
  const [types = [], statuses = [], reasons = []] = parts.map((part) => literalsOf(part));
  return types.flatMap((type) =>
    statuses.flatMap((status) => reasons.map((reason) => `${type}=${status}/${reason}`))
  ).filter((code) => /^[A-Z]\w+=(?:True|False|Unknown)\/[A-Z]\w+$/.test(code));
}

function valueOf(node: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  for (const property of node.properties) {
    if (property.name?.getText() !== name) continue;
    if (ts.isPropertyAssignment(property)) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
  }
  return undefined;
}

/**
 * Returns the strings that an expression can evaluate to: a literal, the branches of a conditional
 * expression, or a constant of the file.
 */
function literalsOf(node: ts.Expression | undefined): string[] {
  if (!node) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isAsExpression(node)) return literalsOf(node.expression);
  if (ts.isConditionalExpression(node)) {
    return [...literalsOf(node.whenTrue), ...literalsOf(node.whenFalse)];
  }
  if (!ts.isIdentifier(node)) return [];
  const found: string[] = [];
  const visit = (each: ts.Node): void => {
    const isDeclared = ts.isVariableDeclaration(each) || ts.isBindingElement(each);
    if (isDeclared && each.name.getText() === node.text && each.initializer) {
      found.push(...literalsOf(each.initializer));
    }
    ts.forEachChild(each, visit);
  };
  visit(node.getSourceFile());
  return found;
}

/** Whether a node is a call or a `new` expression of one of these functions or methods. */
function isCallOf(node: ts.Node, names: ReadonlySet<string>): boolean {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return false;
  const { expression } = node;
  return names.has(
    ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText(),
  );
}
