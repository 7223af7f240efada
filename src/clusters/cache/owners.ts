/** The labels that all children of an instance share, stored once for all of them. */
import { Label } from "../../api/mod.ts";
import { Interner } from "../interner.ts";

/** kro's labels that identify the instance of a child, or that children are looked up by. */
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

/** Labels with a value per instance. The other labels have few values, which are interned. */
const UNIQUE: readonly string[] = [Label.instanceId, Label.instanceName, Label.applySetPartOf];

/** Labels by which children are looked up. */
const INDEXED = [Label.instanceId, Label.applySetPartOf] as const;

/** A label by which children are looked up. */
export type IndexedLabel = typeof INDEXED[number];

/** The shared labels of one instance's children. */
export interface Owner {
  /** The labels of {@link SHARED} that the children have. */
  readonly labels: Readonly<Record<string, string>>;
  /** The number of children, of all kinds, with these labels. */
  size: number;
}

/** The owners of all cached children, of all kinds. An owner is removed with its last child. */
export class Owners {
  readonly #byLabel = new Map<string, Map<string, Owner[]>>(
    INDEXED.map((label) => [label, new Map()]),
  );

  readonly #interner = new Interner();

  /** Adds a child with these labels to its owner, and returns the owner. */
  join(labels: Readonly<Record<string, string>> | undefined): Owner {
    const own = labels ?? {};
    const index = this.#byLabel.get(Label.instanceId)!;
    const known = index.get(own[Label.instanceId] ?? "")
      ?.find((owner) => SHARED.every((label) => owner.labels[label] === own[label]));
    const owner = known ?? this.#add(own);
    owner.size++;
    return owner;
  }

  /** Removes a child from the owner. */
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

  /** The owners with this value of the label. */
  withLabel(label: IndexedLabel, value: string): readonly Owner[] {
    const owners = this.#byLabel.get(label)!.get(value) ?? [];
    // The index also lists owners without the label under the empty string.
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
