import { defaultPayloadConverter, rawValueTypeInfo, type RawValue, type SignalDefinition } from '@temporalio/common';
import { defineSignal } from '@temporalio/workflow';

/** More arguments than any sender sends. The SDK converts each of them. */
const ARGUMENTS = Array.from({ length: 8 }, () => rawValueTypeInfo);

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
