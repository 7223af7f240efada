/** Finds the words that may follow on an incomplete command line, for the completion scripts of shells. */
import type { Argument, Command, Option } from "commander";

/** A word that may follow on the command line. */
export interface Candidate {
  /** The word. */
  value: string;
  /** The description that zsh and fish show; absent for names of objects. */
  description?: string;
}

/** The result of completing a word. */
export interface Completion {
  /** The words that start with the incomplete word. */
  candidates: Candidate[];
  /** Whether the shell also proposes the names of files. */
  files: boolean;
  /** Whether the shell adds a space after the word; false after `KIND/`, where a name follows. */
  space: boolean;
}

/** The flags of an incomplete command line that select the cluster. */
export interface ClusterFlags {
  /** The value of `--kubeconfig`. */
  kubeconfig?: string;
  /** The value of `--context`. */
  context?: string;
  /** The value of `-n` or `--namespace`. */
  namespace?: string;
}

/** The names that completion reads from the cluster. Each function returns an empty list after an error. */
export interface Names {
  /** Returns the names of all RGDs. */
  graphs(flags: ClusterFlags): Promise<string[]>;
  /** Returns the plural names of the kinds that RGDs define. */
  kinds(flags: ClusterFlags): Promise<string[]>;
  /** Returns the names of the instances of a kind. */
  instances(flags: ClusterFlags, kind: string): Promise<string[]>;
  /** Returns the names of all namespaces. */
  namespaces(flags: ClusterFlags): Promise<string[]>;
}

const NONE: Completion = { candidates: [], files: false, space: true };

/**
 * Returns the completion of the last word.
 *
 * @param words The words after the name of the program. The last word is incomplete and may be empty.
 */
export async function complete(
  program: Command,
  words: readonly string[],
  names: Names,
): Promise<Completion> {
  const last = words.at(-1) ?? "";
  const { command, operands, values, open } = read(program, words.slice(0, -1));
  const options = [...command.options, ...command === program ? [] : program.options];
  const flags: ClusterFlags = {
    kubeconfig: values.get("kubeconfig"),
    context: values.get("context"),
    namespace: values.get("namespace"),
  };
  const assigned = /^(--[\w-]+)=(.*)$/s.exec(last);
  if (open || assigned) {
    const option = open ?? options.find(({ long }) => long === assigned![1]);
    const found = option ? await ofOption(option, flags, names) : NONE;
    const prefix = assigned && !open ? `${assigned[1]}=` : "";
    return matching({ ...found, candidates: found.candidates.map(prefixed(prefix)) }, last);
  }
  if (last.startsWith("-")) {
    const shown = options.filter(({ hidden }) => !hidden);
    const all = shown.map(({ long, short, description }) => ({
      value: long ?? short!,
      description,
    }));
    return matching({ ...NONE, candidates: [...all, HELP] }, last);
  }
  const children = operands.length === 0 ? command.commands.filter((each) => !isHidden(each)) : [];
  if (children.length > 0) {
    const candidates = children.map((each) => ({
      value: each.name(),
      description: each.description(),
    }));
    return matching({ ...NONE, candidates }, last);
  }
  const { registeredArguments: places } = command;
  const place = places[Math.min(operands.length, places.length - 1)];
  if (!place || (operands.length >= places.length && !place.variadic)) return NONE;
  return matching(await ofArgument(place, operands, last, flags, names), last);
}

const HELP: Candidate = { value: "--help", description: "display help for command" };

/** The state of a command line before its last word. */
interface State {
  /** The command that the complete words name. */
  command: Command;
  /** The words that are neither commands, flags nor values of flags. */
  operands: string[];
  /** The values of flags, by the long name of the flag without dashes. */
  values: Map<string, string>;
  /** The flag whose value is the last word; absent when the last word is not such a value. */
  open?: Option;
}

function read(program: Command, words: readonly string[]): State {
  const state: State = { command: program, operands: [], values: new Map() };
  for (const word of words) {
    if (state.open) {
      state.values.set(nameOf(state.open), word);
      state.open = undefined;
      continue;
    }
    const flag = /^(--?[\w-]+)(?:=(.*))?$/s.exec(word);
    if (flag && word.startsWith("-")) {
      const options = [...state.command.options, ...program.options];
      const option = options.find(({ long, short }) => long === flag[1] || short === flag[1]);
      if (option && flag[2] !== undefined) state.values.set(nameOf(option), flag[2]);
      else if (option?.required) state.open = option;
      continue;
    }
    const child = state.operands.length === 0 &&
      state.command.commands.find((each) => each.name() === word);
    if (child) state.command = child;
    else state.operands.push(word);
  }
  return state;
}

function nameOf({ long }: Option): string {
  return long?.replace(/^--/, "") ?? "";
}

/** Whether the help does not list a command. An example is the command that completion scripts call. */
function isHidden(command: Command): boolean {
  return (command as Command & { _hidden?: boolean })._hidden === true;
}

/**
 * Completes the value of a flag: one of the values that the flag permits, a namespace, or the name of a file.
 */
async function ofOption(option: Option, flags: ClusterFlags, names: Names): Promise<Completion> {
  if (option.argChoices) return { ...NONE, candidates: option.argChoices.map(asCandidate) };
  if (nameOf(option) === "namespace") {
    return { ...NONE, candidates: (await names.namespaces(flags)).map(asCandidate) };
  }
  return { ...NONE, files: /<(?:file|path)>/.test(option.flags) };
}

/**
 * Completes an argument. The name of the argument shows whether its value is the name of an RGD, an instance,
 * a kind or a file.
 */
async function ofArgument(
  argument: Argument,
  operands: readonly string[],
  last: string,
  flags: ClusterFlags,
  names: Names,
): Promise<Completion> {
  const name = argument.name();
  if (argument.argChoices) return { ...NONE, candidates: argument.argChoices.map(asCandidate) };
  if (/^names?$/.test(name) && operands.length > 0 && argument.variadic === false) {
    return { ...NONE, candidates: (await names.instances(flags, operands[0]!)).map(asCandidate) };
  }
  if (/^(?:names|graphs?|rgds?)$/.test(name)) {
    return { ...NONE, candidates: (await names.graphs(flags)).map(asCandidate) };
  }
  const [kind = ""] = operands;
  if (/^(?:target|subject)$/.test(name) && operands.length === 1 && !kind.includes("/")) {
    return { ...NONE, candidates: (await names.instances(flags, kind)).map(asCandidate) };
  }
  if (name === "target" && operands.length > 0) return NONE;
  if (name === "kind" || /^targets?$/.test(name)) return await ofTarget(last, flags, names);
  return { ...NONE, files: /^(?:files?|paths?)$/.test(name) };
}

/** Completes `KIND/NAME`: first the kind, then the name. */
async function ofTarget(last: string, flags: ClusterFlags, names: Names): Promise<Completion> {
  const [kind, name] = last.split("/");
  if (name !== undefined) {
    const found = await names.instances(flags, kind!);
    return { ...NONE, candidates: found.map((each) => ({ value: `${kind}/${each}` })) };
  }
  const kinds = await names.kinds(flags);
  return { candidates: kinds.map((each) => ({ value: `${each}/` })), files: false, space: false };
}

function asCandidate(value: string): Candidate {
  return { value };
}

function prefixed(prefix: string): (candidate: Candidate) => Candidate {
  return ({ value, ...more }) => ({ value: prefix + value, ...more });
}

function matching({ candidates, ...more }: Completion, last: string): Completion {
  return { candidates: candidates.filter(({ value }) => value.startsWith(last)), ...more };
}
