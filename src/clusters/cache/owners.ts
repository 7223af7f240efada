/** kro's labels that all children of an instance have in common: kept once, not with each child. */
import { Label } from "../../api/mod.ts";

/** The labels by which kro knows whose a child is and may look it up. */
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

/** Each instance has its own of these; of all others there are few. */
const UNIQUE: readonly string[] = [Label.instanceId, Label.instanceName, Label.applySetPartOf];

/** Labels by which children are looked up. */
const INDEXED = [Label.instanceId, Label.applySetPartOf] as const;

/** A label by which children are looked up. */
export type IndexedLabel = typeof INDEXED[number];

/** Whose children: all of an instance have these labels in common. */
export interface Owner {
  /** Those of {@link SHARED} that they have. */
  readonly labels: Readonly<Record<string, string>>;
  /** How many there are. */
  size: number;
}

/** All of a controller, whatever the kind of their children. */
export class Owners {
  readonly #byLabel = new Map<string, Map<string, Owner[]>>(
    INDEXED.map((label) => [label, new Map()]),
  );

  readonly #texts = new Map<string, string>();

  /** The owner of a child with these labels, who has one more by now. */
  join(labels: Readonly<Record<string, string>> | undefined): Owner {
    const own = labels ?? {};
    const index = this.#byLabel.get(Label.instanceId)!;
    const known = index.get(own[Label.instanceId] ?? "")
      ?.find((owner) => SHARED.every((label) => owner.labels[label] === own[label]));
    const owner = known ?? this.#found(own);
    owner.size++;
    return owner;
  }

  /** The owner has one child less. */
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

  /** Owners with this value of the label. */
  withLabel(label: IndexedLabel, value: string): readonly Owner[] {
    const owners = this.#byLabel.get(label)!.get(value) ?? [];
    // The index files an owner without the label under the empty text.
    return value === "" ? owners.filter((owner) => owner.labels[label] === "") : owners;
  }

  #found(own: Readonly<Record<string, string>>): Owner {
    const labels: Record<string, string> = {};
    for (const label of SHARED) {
      const text = own[label];
      if (text !== undefined) labels[label] = UNIQUE.includes(label) ? text : this.#once(text);
    }
    const owner = { labels, size: 0 };
    for (const label of INDEXED) {
      const index = this.#byLabel.get(label)!;
      const value = labels[label] ?? "";
      index.set(value, [...index.get(value) ?? [], owner]);
    }
    return owner;
  }

  /** The one copy of a text that many objects hold. */
  #once(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}
