/**
 * Reads kubeconfig files and merges them as kubectl does: the first file that sets a value takes
 * precedence.
 */
import { dirname, isAbsolute, join } from "node:path";
import type { Cluster, Context, User as BareUser } from "@kubernetes/client-node";
// These three parsers are imported from a file of the package, because the root of the package does not
// export them. Its class KubeConfig calls them, but importing the root loads all generated API classes: this
// doubles the size of the bundle, and the controller needs 12 to 19 MiB more memory.
import { newClusters, newContexts, newUsers } from "@kubernetes/client-node/dist/config_types.js";
import { load, YAMLException } from "js-yaml";
import { isObject, type JsonObject } from "../api/mod.ts";
import { ConfigError, MissingFileError } from "./errors.ts";
import { readFile } from "./deno_permission.ts";
import { checkFields } from "./kubeconfig_fields.ts";

/** A kubeconfig user, with the fields that the type of the library @kubernetes/client-node lacks. */
export type User = BareUser & {
  tokenFile?: string;
  impersonateGroups?: string[];
  impersonateUid?: string;
  impersonateExtra?: JsonObject;
};

/** The merged content of all kubeconfig files. */
export interface Kubeconfig {
  /** The paths of the kubeconfig files joined by `:`, for messages. */
  origin: string;
  /** The clusters of the kubeconfig files, by name. */
  clusters: Map<string, Cluster>;
  /** The users of the kubeconfig files, by name. */
  users: Map<string, User>;
  /** The contexts of the kubeconfig files, by name. */
  contexts: Map<string, Context>;
  /** The name of the current context; an empty string when no kubeconfig file sets a current context. */
  currentContext: string;
}

/**
 * Reads kubeconfig files and merges them. Files that do not exist are skipped. Rejects with ConfigError
 * when a file is invalid, and with MissingFileError when no file exists.
 */
export async function readKubeconfig(files: readonly string[]): Promise<Kubeconfig> {
  const merged: Kubeconfig = {
    origin: files.join(":"),
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
    currentContext: "",
  };
  let found = 0;
  let missing: unknown;
  for (const file of files) {
    let text: string;
    try {
      text = await readFile(file, "kubeconfig");
    } catch (error) {
      if (!(error instanceof MissingFileError)) throw error;
      missing ??= new MissingFileError(
        `cannot read kubeconfig ${file}: no such file; set --kubeconfig or KUBECONFIG`,
      );
      continue;
    }
    found++;
    merge(merged, parseKubeconfig(file, text));
  }
  if (found === 0) throw missing;
  return merged;
}

/**
 * Parses one kubeconfig file. Relative paths in the file are resolved against the folder of the file.
 * Throws ConfigError when the file is invalid.
 */
export function parseKubeconfig(file: string, text: string): Omit<Kubeconfig, "origin"> {
  const root = parseYaml(file, text);
  const folder = dirname(file);
  const absolute = (path: string | undefined) =>
    path && !isAbsolute(path) ? join(folder, path) : path;
  try {
    checkFields(root);
    const rawUsers = (Array.isArray(root.users) ? root.users : []).filter(isObject);
    const users = newUsers(rawUsers.map(withoutTokenFile)).map((user, i): User => {
      const raw = entry(rawUsers[i], "user");
      const exec = isObject(raw.exec) ? { ...raw.exec } : undefined;
      // A command with a slash is a path, relative to the folder of the file. A command without a slash stays
      // unchanged, because it is looked up in PATH.
      if (typeof exec?.command === "string" && exec.command.includes("/")) {
        exec.command = absolute(exec.command);
      }
      return {
        ...user,
        exec,
        certFile: absolute(user.certFile),
        keyFile: absolute(user.keyFile),
        tokenFile: typeof raw.tokenFile === "string" ? absolute(raw.tokenFile) : undefined,
        impersonateGroups: Array.isArray(raw["as-groups"])
          ? raw["as-groups"].map(String)
          : undefined,
        impersonateUid: typeof raw["as-uid"] === "string" ? raw["as-uid"] : undefined,
        impersonateExtra: isObject(raw["as-user-extra"]) ? raw["as-user-extra"] : undefined,
      };
    });
    const clusters = newClusters(root.clusters)
      .map((cluster): Cluster => ({ ...cluster, caFile: absolute(cluster.caFile) }));
    return {
      clusters: byName(clusters),
      users: byName(users),
      contexts: byName(newContexts(root.contexts)),
      currentContext: typeof root["current-context"] === "string" ? root["current-context"] : "",
    };
  } catch (error) {
    throw new ConfigError(`${file}: ${(error as Error).message}`);
  }
}

function parseYaml(file: string, text: string): JsonObject {
  let root: unknown;
  try {
    root = load(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { line = 0, column = 0 } = error.mark ?? {};
    throw new ConfigError(`${file}:${line + 1}:${column + 1}: ${error.reason}`);
  }
  if (root === null || root === undefined) return {};
  if (!isObject(root)) throw new ConfigError(`${file}: not a kubeconfig: expected a mapping`);
  return root;
}

/**
 * Removes the field `token-file`, which kubectl does not know. `newUsers` would read the file in one blocking
 * call, however large the file is.
 */
function withoutTokenFile(item: JsonObject): JsonObject {
  const { "token-file": _, ...user } = entry(item, "user");
  return { ...item, user };
}

function entry(item: unknown, key: string): JsonObject {
  const value = isObject(item) ? item[key] : undefined;
  return isObject(value) ? value : {};
}

function byName<T extends { name: string }>(items: readonly T[]): Map<string, T> {
  const map = new Map<string, T>();
  for (const item of items) if (!map.has(item.name)) map.set(item.name, item);
  return map;
}

function merge(into: Kubeconfig, file: Omit<Kubeconfig, "origin">): void {
  fill(into.clusters, file.clusters);
  fill(into.users, file.users);
  fill(into.contexts, file.contexts);
  into.currentContext ||= file.currentContext;
}

function fill<T>(into: Map<string, T>, from: Map<string, T>): void {
  for (const [name, value] of from) if (!into.has(name)) into.set(name, value);
}
