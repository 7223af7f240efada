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

/** Children with the same labels. */
export interface Family {
  /** Those of {@link SHARED} that they have. */
  readonly labels: Readonly<Record<string, string>>;
  /** How many there are. */
  size: number;
}

/** All families of a controller, whatever the kind of their children. */
export class Families {
  readonly #byLabel = new Map<string, Map<string, Family[]>>(
    INDEXED.map((label) => [label, new Map()]),
  );

  readonly #texts = new Map<string, string>();

  /** The family of a child, which is one more by now. */
  join(labels: Readonly<Record<string, string>> | undefined): Family {
    const own = labels ?? {};
    const index = this.#byLabel.get(Label.instanceId)!;
    const known = index.get(own[Label.instanceId] ?? "")
      ?.find((family) => SHARED.every((label) => family.labels[label] === own[label]));
    const family = known ?? this.#found(own);
    family.size++;
    return family;
  }

  /** The family has one child less. */
  leave(family: Family): void {
    family.size--;
    if (family.size > 0) return;
    for (const label of INDEXED) {
      const index = this.#byLabel.get(label)!;
      const value = family.labels[label] ?? "";
      const left = (index.get(value) ?? []).filter((one) => one !== family);
      if (left.length > 0) index.set(value, left);
      else index.delete(value);
    }
  }

  /** Families with that value of the label; undefined for labels that are not looked up. */
  withLabel(label: string, value: string): readonly Family[] | undefined {
    const index = this.#byLabel.get(label);
    return index && (index.get(value) ?? []);
  }

  #found(own: Readonly<Record<string, string>>): Family {
    const labels: Record<string, string> = {};
    for (const label of SHARED) {
      const text = own[label];
      if (text !== undefined) labels[label] = UNIQUE.includes(label) ? text : this.#once(text);
    }
    const family = { labels, size: 0 };
    for (const label of INDEXED) {
      const index = this.#byLabel.get(label)!;
      const value = labels[label] ?? "";
      index.set(value, [...index.get(value) ?? [], family]);
    }
    return family;
  }

  /** The one copy of a text that many objects hold. */
  #once(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}
