/** Values that are no data by themselves: what may be absent, types, and what belongs to a library. */
import type { Value } from "./values.ts";

/** A value that may be absent. */
export class Optional {
  /** The absent value. */
  static readonly none = new Optional(undefined);

  private constructor(readonly value: Value | undefined) {}

  /** A present value, or the absent one for undefined. */
  static of(value: Value | undefined): Optional {
    return value === undefined ? Optional.none : new Optional(value);
  }
}

/** A type as a value. */
export class TypeValue {
  constructor(readonly name: string) {}
}

/** A value of a library's own type. */
export abstract class Opaque {
  /** The type's name. */
  abstract readonly typeName: string;
  /** It may be a key of a map. */
  readonly isHashable: boolean = true;
  /** What tells it apart as a key; without it every value that is made is a key of its own. */
  get keyText(): string | undefined {
    return undefined;
  }
  /** Equality with values of other types: that they are unequal, or that they cannot be compared. */
  readonly likeOthers: false | undefined = undefined;
  /** Equality with another value of the same type; undefined when they cannot be compared. */
  abstract equals(other: Opaque): boolean | undefined;

  /** The value of a field, also when it is only asked whether there is one; most such types have none. */
  field(_key: Value): Value | undefined {
    return undefined;
  }
}

/** What `omit()` yields: whoever holds it is left out. */
export class Omit extends Opaque {
  /** The only one. */
  static readonly instance = new Omit();
  readonly typeName = "kro.omit";

  override equals(): undefined {
    return undefined;
  }
}
