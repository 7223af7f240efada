/** Freezes the prototypes that all JavaScript objects share, as a protection against prototype pollution. */

/**
 * Freezes `Object.prototype`, `Array.prototype` and `Function.prototype`. If kro by mistake follows a field
 * path of a user, such as `__proto__.x`, into a prototype, the write throws. Without the freeze, the write
 * would change every object of the process. Call this function after all modules are loaded, because modules
 * may extend prototypes while they load.
 *
 * Libraries also assign keys such as `toString` to their own objects. JavaScript refuses the assignment when
 * a frozen prototype has a data property of the same name (OrdinarySet in ECMAScript). This function
 * therefore replaces the data properties of the prototype by accessors with a setter, as the library SES
 * does.
 */
export function freezePrototypes(): void {
  for (const shared of [Object.prototype, Array.prototype, Function.prototype]) {
    if (Object.isFrozen(shared)) continue;
    const names = shared === Object.prototype ? Object.getOwnPropertyNames(shared) : OVERRIDDEN;
    for (const name of names) makeAssignable(shared, name);
    Object.freeze(shared);
  }
}

/**
 * The properties of `Array.prototype` and `Function.prototype` that libraries also assign to single arrays
 * and functions.
 */
const OVERRIDDEN = ["constructor", "toString"];

/**
 * Replaces a data property of a prototype by an accessor. When code runs `object.toString = f`, the setter
 * defines `toString` on `object` itself.
 */
function makeAssignable(shared: object, name: string): void {
  const { value, writable, configurable } = Object.getOwnPropertyDescriptor(shared, name) ?? {};
  if (!writable || !configurable) return;
  Object.defineProperty(shared, name, {
    get: () => value,
    set(this: object, own: unknown) {
      if (this === shared) throw new TypeError(name);
      const attributes = { value: own, enumerable: true, writable: true, configurable: true };
      Object.defineProperty(this, name, attributes);
    },
    configurable: true,
  });
}
