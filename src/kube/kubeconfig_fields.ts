/** Checks the types of the fields of a kubeconfig, as Go does when kubectl reads the file. */
import { isObject, type JsonObject } from "../api/mod.ts";

/**
 * The lists of a kubeconfig. An entry of a list has its content in the field `key`. The fields `strings` of
 * the content must be strings.
 */
const LISTS: readonly { list: string; key: string; strings: readonly string[] }[] = [
  {
    list: "clusters",
    key: "cluster",
    strings: [
      "server",
      "certificate-authority",
      "certificate-authority-data",
      "proxy-url",
      "tls-server-name",
    ],
  },
  {
    list: "users",
    key: "user",
    strings: [
      "token",
      "tokenFile",
      "username",
      "password",
      "client-certificate",
      "client-certificate-data",
      "client-key",
      "client-key-data",
      "as",
      "as-uid",
    ],
  },
  { list: "contexts", key: "context", strings: ["cluster", "user", "namespace"] },
];

/**
 * Throws an Error for the first field of another type than the kubeconfig format defines. Without this check,
 * a number in place of a token would fail later, and a list in place of `exec` would send requests without
 * credentials. The message quotes no value, because the value may be a credential.
 */
export function checkFields(kubeconfig: JsonObject): void {
  for (const { list, key, strings } of LISTS) {
    const entries = kubeconfig[list] ?? [];
    if (!Array.isArray(entries)) throw new Error(`${list} is not a list`);
    for (const [i, entry] of entries.entries()) {
      if (!isObject(entry) || typeof entry.name !== "string") {
        throw new Error(`${list}[${i}] has no name that is a string`);
      }
      const content = entry[key] ?? {};
      const where = `${key} "${entry.name}"`;
      if (!isObject(content)) throw new Error(`${where} is not a mapping`);
      for (const field of strings) {
        if (typeof (content[field] ?? "") !== "string") {
          throw new Error(`${where}: ${field} is not a string; write the value in quotes`);
        }
      }
      if (key === "user") checkExec(where, content);
    }
  }
}

function checkExec(where: string, { exec }: JsonObject): void {
  if (exec === undefined || exec === null) return;
  if (!isObject(exec) || typeof exec.command !== "string" || exec.command === "") {
    throw new Error(`${where}: exec has no command that is a string`);
  }
}
