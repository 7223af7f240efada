/**
 * Stores the labels that kro sets on child objects. Most of these labels are equal on all child objects of an
 * instance, so they are stored only once for each instance, as an {@link Owner}.
 */
import { INSTANCE_LABELS, Label } from "../../api/mod.ts";
import { Interner } from "../interner.ts";

/**
 * The labels by which kro identifies the instance of a child object, or by which it looks up child objects.
 */
const SHARED: readonly string[] = [
  Label.owned,
  Label.kroVersion,
  ...INSTANCE_LABELS,
  Label.applySetPartOf,
];

/**
 * The labels whose values differ between instances. The values of these labels are not interned, because few
 * objects share them. The values of all other labels are interned, because many objects share them.
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
 * The sets of labels of all cached child objects, over all kinds. Child objects with equal labels share one
 * {@link Owner}, which is removed together with its last child object.
 */
export class Owners {
  readonly #byLabel = new Map<string, Map<string, Owner[]>>(
    INDEXED.map((label) => [label, new Map()]),
  );

  readonly #interner = new Interner();

  /**
   * Returns the {@link Owner} with these labels, and adds one child object to its count. Creates the owner if
   * no other child object has the same labels.
   */
  join(labels: Readonly<Record<string, string>> | undefined): Owner {
    const own = labels ?? {};
    const index = this.#byLabel.get(Label.instanceId)!;
    const known = index.get(own[Label.instanceId] ?? "")
      ?.find((owner) => SHARED.every((label) => owner.labels[label] === own[label]));
    const owner = known ?? this.#add(own);
    owner.size++;
    return owner;
  }

  /** Subtracts one child object from the count of the set of labels. Removes the set when its count is 0. */
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

  /** Returns the sets of labels in which `label` has the given value. */
  withLabel(label: IndexedLabel, value: string): readonly Owner[] {
    const owners = this.#byLabel.get(label)!.get(value) ?? [];
    // The index stores a missing label like a label with an empty value. Sets of labels without the label are
    // therefore removed from the result.
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
