/**
 * Accepts command lines in the form of Go's `flag` package, so that the command lines in upstream's manifests
 * also work with this kro.
 */
import type { Command, Option } from "commander";

/**
 * Rewrites the flags of a command line to the form `--name=value`. In the input, a flag may have one dash or
 * two, and its value may follow after `=` or as the next argument. Boolean flags and `-v` need no value.
 * Unknown flags are kept, so that the parser of the command line reports them.
 */
export function goStyle(args: readonly string[], command: Command): string[] {
  const options = new Map(command.options.map((option) => [nameOf(option), option]));
  const result: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") return [...result, arg, ...rest];
    const verbosity = /^-(v+)$/.exec(arg)?.[1]?.length;
    const match = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(arg);
    if (verbosity !== undefined) {
      const level = verbosity === 1 && /^\d+$/.test(rest[0] ?? "") ? rest.shift() : verbosity;
      result.push(`--verbose=${level}`);
    } else if (!match || /^-[^-v]$/.test(arg)) {
      result.push(arg);
    } else {
      const [, name = "", value] = match;
      const option = options.get(name === "v" ? "verbose" : name);
      result.push(...option ? withValue(option, value, rest) : [`--${name}${tail(value)}`]);
    }
  }
  return result;
}

function withValue(option: Option, value: string | undefined, rest: string[]): string[] {
  if (value !== undefined) return [`${option.long}=${value}`];
  if (option.optional) return [`${option.long}=true`];
  const next = rest.shift();
  return next === undefined ? [option.long!] : [`${option.long}=${next}`];
}

function nameOf(option: Option): string {
  return option.long?.replace(/^--/, "") ?? "";
}

function tail(value: string | undefined): string {
  return value === undefined ? "" : `=${value}`;
}
