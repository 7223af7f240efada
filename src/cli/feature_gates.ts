/** The flag `--feature-gates`, in the format of Kubernetes components. */
import { Option } from "commander";
import { didYouMean } from "../api/mod.ts";
import type { CompileOptions } from "../graph/mod.ts";
import { UsageError } from "./errors.ts";
import { argument, parseBoolean } from "./flag_values.ts";

/** The feature gates of upstream kro. All gates are alpha and off by default. */
export interface FeatureGates {
  /** Whether the expressions of RGDs may use the function `omit()`. */
  CELOmitFunction: boolean;
  /** Whether changes of an instance's conditions are recorded as Kubernetes Events. */
  InstanceConditionEvents: boolean;
  /** Whether `/metrics` has a series for each condition of each instance. */
  InstanceConditionMetrics: boolean;
}

/** The flags of commands that compile RGDs (ResourceGraphDefinitions). */
export interface GateFlags {
  /** The feature gates that `--feature-gates` sets. */
  featureGates?: FeatureGates;
}

const GATES = [
  "CELOmitFunction",
  "InstanceConditionEvents",
  "InstanceConditionMetrics",
] as const satisfies (keyof FeatureGates)[];
const KNOWN: readonly string[] = [...GATES, "AllAlpha", "AllBeta"];

/**
 * Parses a list of the form `Name=bool,…`. `AllAlpha` sets every gate that the list does not name; its
 * position in the list does not matter. `AllBeta` is accepted but has no effect. Throws UsageError for an
 * unknown gate or value.
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

/** Returns the options for compiling RGDs that the feature gates set. */
export function compileOptions({ featureGates }: GateFlags): CompileOptions {
  return { omit: featureGates?.CELOmitFunction };
}

/** Returns the command-line option `--feature-gates`. */
export function featureGatesOption(): Option {
  return new Option("--feature-gates <name=bool,...>", `alpha features: ${GATES.join(", ")}`)
    .argParser(argument(parseFeatureGates));
}
