/** Freezes the prototypes that all objects share. */

/**
 * Freezes `Object.prototype`, `Array.prototype` and `Function.prototype`: a defect that follows a user's path into
 * a prototype throws, and does not change every object of the process. Call it after all modules are loaded,
 * because modules may extend prototypes when they load.
 *
 * Objects may still have keys such as `constructor` and `toString`: libraries set them by assignment, which a
 * plainly frozen prototype refuses (ECMAScript's OrdinarySet). Accessors with a setter avoid this, as in SES.
 */
export function freezePrototypes(): void {
  for (const shared of [Object.prototype, Array.prototype, Function.prototype]) {
    if (Object.isFrozen(shared)) continue;
    const names = shared === Object.prototype ? Object.getOwnPropertyNames(shared) : OVERRIDDEN;
    for (const name of names) makeAssignable(shared, name);
    Object.freeze(shared);
  }
}

/** The properties of arrays and functions that code sets on single ones. */
const OVERRIDDEN = ["constructor", "toString"];

/** Turns a data property into an accessor whose setter defines the property on the object assigned to. */
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
