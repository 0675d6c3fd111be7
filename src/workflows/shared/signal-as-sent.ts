import { defaultPayloadConverter, rawValueTypeInfo, type RawValue, type SignalDefinition } from '@temporalio/common';
import { defineSignal } from '@temporalio/workflow';

/** The SDK converts each argument by the type at its index, and a sender may send any number of them: all are raw. */
const ARGUMENTS = new Proxy<(typeof rawValueTypeInfo)[]>([], { get: () => rawValueTypeInfo });

/**
 * The same signal, with raw arguments. The SDK converts arguments before it calls a handler, and an argument that it can't
 * convert (broken JSON, an unknown encoding) fails the workflow task again and again: one wrong signal would stop a
 * workflow that never ends.
 */
export function signalAsSent({ name }: { name: string }): SignalDefinition<[argument?: RawValue]> {
  return defineSignal<[argument?: RawValue]>(name, { typeInfo: { inputTypes: ARGUMENTS } });
}

/** The value that was sent; undefined when there is none or it can't be read. */
export function readArgument(argument: RawValue | undefined): unknown {
  try {
    return argument && defaultPayloadConverter.fromPayload(argument.payload);
  } catch {
    return undefined;
  }
}
