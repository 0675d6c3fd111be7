import { types } from 'node:util';

/*
 * Jest runs each test file in a realm with its own `Error`, while Node's core modules throw the outer realm's, so
 * `error instanceof Error` would be false in tests alone for, say, ECONNREFUSED. Subclasses keep their own meaning.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown): boolean {
    return this === Error
      ? types.isNativeError(value)
      : Function.prototype[Symbol.hasInstance].call(this as () => void, value);
  },
});
