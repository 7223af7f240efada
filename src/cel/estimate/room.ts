/**
 * The assumed sizes of values whose schemas have no bounds. The elements of a list share the size of the
 * list: the assumed number of values and characters is divided among them. Without this division, the
 * assumed sizes would multiply, and a list of lists of strings would be assumed to have a gigabyte, although
 * etcd limits an object to 1.5 MB.
 *
 * For validation rules of CRDs, Kubernetes instead assumes that each unbounded list is as large as the largest
 * possible request. Every loop over such a list would then exceed the cost limit.
 */

/**
 * The assumed maximum number of elements of a list or map. By default, kro creates at most this number of
 * objects with one `forEach`.
 */
const ELEMENTS = 1000;
/** The assumed maximum length of a string, in characters. */
const CHARACTERS = 1024;
/** The assumed maximum number of all values inside of one list or map. */
const LIST_VALUES = 10_000;
/** The assumed maximum number of all characters inside of one list or map. */
const LIST_CHARACTERS = 64_000;
/**
 * The maximum size of a list or map whose size has no bound in the schema. It exceeds the assumed size, because
 * objects in a list have at least their declared fields.
 */
export const LIST_LIMIT = { values: 2 * LIST_VALUES, characters: 2 * LIST_CHARACTERS };
/** The assumed maximum number of all values inside of one object, which may have many lists. */
const OBJECT_VALUES = 20_000;
/** The assumed maximum number of all characters inside of one object. */
const OBJECT_CHARACTERS = 256_000;
/** The assumed minimum of {@link Room.rest}, so that a small object in a long list still has its fields. */
const MIN_REST = { values: 10, characters: 128 };
/** The largest object that etcd stores, in bytes. A larger bound in a schema has no effect. */
const OBJECT_BYTES = 1_572_864;
/** The minimum number of bytes of an element of a list in JSON: one character and a comma. */
const ELEMENT_BYTES = 2;

/** The assumed maximum size of one value, with all values inside of it. */
export class Room {
  /**
   * Creates a room.
   *
   * @param values The assumed maximum number of values.
   * @param characters The assumed maximum number of characters.
   * @param bytes The number of bytes that the value may have even if its schema has large bounds.
   */
  constructor(
    readonly values: number,
    readonly characters: number,
    readonly bytes: number,
  ) {}

  /**
   * Returns the assumed maximum number of elements of a list or map without a bound.
   *
   * @param parts The minimum number of values that each element consists of.
   */
  elements(parts = 1): number {
    return Math.max(1, Math.min(ELEMENTS, Math.floor(this.values / parts)));
  }

  /** The assumed maximum length of a string without a bound. */
  get text(): number {
    return Math.max(1, Math.min(CHARACTERS, this.characters));
  }

  /** The assumed maximum number of all characters inside of a value whose structure is unknown. */
  get anyCharacters(): number {
    return Math.min(LIST_CHARACTERS, this.characters);
  }

  /**
   * The assumed maximum size of all fields of an object together, without its largest field. In most objects,
   * a single list or text has nearly all values or characters.
   */
  get rest(): { values: number; characters: number } {
    return {
      values: Math.max(MIN_REST.values, this.values / 8),
      characters: Math.max(MIN_REST.characters, this.characters / 8),
    };
  }

  /** The maximum number of elements of a list, whatever its schema allows. */
  get mostElements(): number {
    return Math.max(1, this.bytes / ELEMENT_BYTES);
  }

  /** A key for caches. Rooms with equal keys have equal sizes. */
  get id(): string {
    return `${this.values}/${this.characters}/${this.bytes}`;
  }

  /** Returns the room of each element of a list or map that has this number of elements. */
  inside(count: number): Room {
    const divided = (size: number) => Math.max(1, Math.floor(size / Math.max(1, count)));
    return new Room(
      divided(Math.min(this.values, LIST_VALUES)),
      divided(Math.min(this.characters, LIST_CHARACTERS)),
      divided(this.bytes),
    );
  }

  /** Returns the room of an object of its own, for example of one object of a collection. */
  ofObject(): Room {
    return new Room(this.values, this.characters, OBJECT_BYTES);
  }
}

/** The room of a variable, such as one object of the cluster. */
export const ROOT = new Room(OBJECT_VALUES, OBJECT_CHARACTERS, OBJECT_BYTES);
