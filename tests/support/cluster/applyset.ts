/**
 * Computes the expected ApplySet ID of an instance and the expected labels of its objects. The
 * formulas come from KEP-3659 and upstream's documentation. The code under test is not used, so
 * that tests can compare its results with these values.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Live } from "./cluster.ts";

/**
 * Returns the ID of the instance's ApplySet: `applyset-<base64url of SHA-256 of
 * name.namespace.Kind.group>-v1`.
 */
export function applySetId({ apiVersion, kind, metadata }: Live): string {
  const [group] = apiVersion.split("/");
  return `applyset-${sha256(`${metadata.name}.${metadata.namespace ?? ""}.${kind}.${group}`)}-v1`;
}

/**
 * Asserts that the instance's ApplySet annotations list exactly these kinds and exactly these
 * additional namespaces. The instance's own namespace is not additional.
 */
export function assertInventory(instance: Live, kinds: string, namespaces = ""): void {
  const { labels, annotations } = instance.metadata;
  const id = applySetId(instance);
  assert.equal(labels["applyset.kubernetes.io/id"], id);
  const kept = Object.entries(annotations).filter(([key]) => KRO.test(key));
  assert.deepEqual(Object.fromEntries(kept), {
    "applyset.kubernetes.io/tooling": "kro/devel",
    "applyset.kubernetes.io/contains-group-kinds": kinds,
    "applyset.kubernetes.io/additional-namespaces": namespaces,
    "internal.kro.run/applyset-inventory-hash": `sha256:${
      sha256(`${id}\0${kinds}\0${namespaces}`)
    }`,
  });
}

/** Returns the expected labels of a child object whose template sets no labels. */
export function childLabels(instance: Live, nodeId: string): Record<string, string> {
  const { apiVersion, kind, metadata } = instance;
  const [group, version] = apiVersion.split("/");
  return {
    "app.kubernetes.io/managed-by": "kro",
    "applyset.kubernetes.io/part-of": applySetId(instance),
    "kro.run/owned": "true",
    "kro.run/kro-version": "devel",
    "kro.run/instance-id": metadata.uid,
    "kro.run/instance-name": metadata.name,
    "kro.run/instance-namespace": metadata.namespace,
    "kro.run/instance-group": group,
    "kro.run/instance-version": version,
    "kro.run/instance-kind": kind,
    "kro.run/node-id": nodeId,
  };
}

/** Returns the expected labels of one object of a collection, which is a node with `forEach`. */
export function itemLabels(
  instance: Live,
  nodeId: string,
  index: number,
  size: number,
): Record<string, string> {
  return {
    ...childLabels(instance, nodeId),
    "kro.run/collection-index": String(index),
    "kro.run/collection-size": String(size),
  };
}

const KRO = /kro\.run\/|applyset\.kubernetes\.io\//;

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
