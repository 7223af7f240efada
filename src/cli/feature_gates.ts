/** `--feature-gates`: which alpha features are on, as Kubernetes components take it. */
import { Option } from "commander";
import { didYouMean } from "../api/mod.ts";
import type { CompileOptions } from "../graph/mod.ts";
import { argument } from "./argument.ts";
import { UsageError } from "./errors.ts";
import { parseBoolean } from "./numbers.ts";

/** Upstream's gates; all of them are alpha and off by default. */
export interface FeatureGates {
  /** RGDs may use `omit()`. */
  CELOmitFunction: boolean;
  /** A change of an instance's condition is told as an Event. */
  InstanceConditionEvents: boolean;
  /** `/metrics` shows each condition of each instance. */
  InstanceConditionMetrics: boolean;
}

/** The flag of commands that compile RGDs. */
export interface GateFlags {
  /** `--feature-gates`. */
  featureGates?: FeatureGates;
}

const GATES = [
  "CELOmitFunction",
  "InstanceConditionEvents",
  "InstanceConditionMetrics",
] as const satisfies (keyof FeatureGates)[];
const KNOWN: readonly string[] = [...GATES, "AllAlpha", "AllBeta"];

/**
 * Reads `Name=bool,…`. `AllAlpha` stands for every gate that is not named itself, whatever the order;
 * `AllBeta` for none at present. UsageError for an unknown gate or a value that is no truth value.
 */
export function parseFeatureGates(text: string): FeatureGates {
  const given = new Map<string, boolean>();
  for (const entry of text.split(",").map((part) => part.trim()).filter(Boolean)) {
    const at = entry.indexOf("=");
    const name = (at < 0 ? entry : entry.slice(0, at)).trim();
    if (!KNOWN.includes(name)) {
      const hint = didYouMean(name, KNOWN) ?? `known are ${KNOWN.join(", ")}`;
      throw new UsageError(`unknown feature gate "${name}"; ${hint}`);
    }
    if (at < 0) throw new UsageError(`feature gate ${name} lacks a value: write ${name}=true`);
    given.set(name, parseBoolean(entry.slice(at + 1).trim()));
  }
  const all = given.get("AllAlpha") ?? false;
  const gate = (name: keyof FeatureGates) => given.get(name) ?? all;
  return {
    CELOmitFunction: gate("CELOmitFunction"),
    InstanceConditionEvents: gate("InstanceConditionEvents"),
    InstanceConditionMetrics: gate("InstanceConditionMetrics"),
  };
}

/** What the gates allow RGDs to say. */
export function compileOptions({ featureGates }: GateFlags): CompileOptions {
  return { omit: featureGates?.CELOmitFunction };
}

/** `--feature-gates` for a command. */
export function featureGatesOption(): Option {
  return new Option("--feature-gates <name=bool,...>", `alpha features: ${GATES.join(", ")}`)
    .argParser(argument(parseFeatureGates));
}
