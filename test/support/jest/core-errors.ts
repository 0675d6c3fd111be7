import { types } from 'node:util';

/*
 * Jest runs each test file in a realm with its own `Error`. Node's core modules throw the outer realm's, for example for
 * ECONNREFUSED, so `error instanceof Error` is false there, but only in tests. This makes it true.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown): boolean {
    return this === Error
      ? types.isNativeError(value)
      : Function.prototype[Symbol.hasInstance].call(this as () => void, value);
  },
});
