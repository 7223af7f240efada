/**
 * Stores labels of child objects. Most of these labels are equal on all child objects of an instance, so they
 * are stored only once for each instance.
 */
import { Label } from "../../api/mod.ts";
import { Interner } from "../interner.ts";

/**
 * The labels of kro that identify the instance of a child object, or by which child objects are looked up.
 */
const SHARED: readonly string[] = [
  Label.owned,
  Label.kroVersion,
  Label.instanceId,
  Label.instanceName,
  Label.instanceNamespace,
  Label.instanceGroup,
  Label.instanceVersion,
  Label.instanceKind,
  Label.applySetPartOf,
];

/**
 * The labels with a different value for each instance. The other labels have few different values, so only
 * their values are interned.
 */
const UNIQUE: readonly string[] = [Label.instanceId, Label.instanceName, Label.applySetPartOf];

/** The labels by which child objects are looked up. */
const INDEXED = [Label.instanceId, Label.applySetPartOf] as const;

/** The name of a label by which child objects are looked up. */
export type IndexedLabel = typeof INDEXED[number];

/** The labels that all child objects of one instance share. */
export interface Owner {
  /** The labels of the list {@link SHARED} that the child objects have, with their values. */
  readonly labels: Readonly<Record<string, string>>;
  /** The number of cached child objects with these labels, counted over all kinds. */
  size: number;
}

/**
 * The owners of all cached child objects, over all kinds. An owner is removed together with its last child
 * object.
 */
export class Owners {
  readonly #byLabel = new Map<string, Map<string, Owner[]>>(
    INDEXED.map((label) => [label, new Map()]),
  );

  readonly #interner = new Interner();

  /** Finds or creates the owner with these labels, adds one child object to it, and returns the owner. */
  join(labels: Readonly<Record<string, string>> | undefined): Owner {
    const own = labels ?? {};
    const index = this.#byLabel.get(Label.instanceId)!;
    const known = index.get(own[Label.instanceId] ?? "")
      ?.find((owner) => SHARED.every((label) => owner.labels[label] === own[label]));
    const owner = known ?? this.#add(own);
    owner.size++;
    return owner;
  }

  /** Removes one child object from the owner. */
  leave(owner: Owner): void {
    owner.size--;
    if (owner.size > 0) return;
    for (const label of INDEXED) {
      const index = this.#byLabel.get(label)!;
      const value = owner.labels[label] ?? "";
      const left = (index.get(value) ?? []).filter((one) => one !== owner);
      if (left.length > 0) index.set(value, left);
      else index.delete(value);
    }
  }

  /** Returns the owners whose label has this value. */
  withLabel(label: IndexedLabel, value: string): readonly Owner[] {
    const owners = this.#byLabel.get(label)!.get(value) ?? [];
    // The index stores owners without the label under the empty string. Owners whose label is really empty
    // must be separated from owners without the label.
    return value === "" ? owners.filter((owner) => owner.labels[label] === "") : owners;
  }

  #add(own: Readonly<Record<string, string>>): Owner {
    const labels: Record<string, string> = {};
    for (const label of SHARED) {
      const value = own[label];
      if (value === undefined) continue;
      labels[label] = UNIQUE.includes(label) ? value : this.#interner.intern(value);
    }
    const owner = { labels, size: 0 };
    for (const label of INDEXED) {
      const index = this.#byLabel.get(label)!;
      const value = labels[label] ?? "";
      index.set(value, [...index.get(value) ?? [], owner]);
    }
    return owner;
  }
}
