import { defaultPayloadConverter, rawValueTypeInfo, type RawValue, type SignalDefinition } from '@temporalio/common';
import { defineSignal } from '@temporalio/workflow';

/** More than any sender means to send; each counts, for the SDK converts them all. */
const ARGUMENTS = Array.from({ length: 8 }, () => rawValueTypeInfo);

/**
 * The same signal with its arguments as they were sent. The SDK converts arguments before a handler is called, and one
 * that it can't convert (broken JSON, an unknown encoding) makes the workflow task fail again and again: a slip of whoever
 * signals would stop a workflow that runs for ever.
 */
export function signalAsSent({ name }: { name: string }): SignalDefinition<[argument?: RawValue]> {
  return defineSignal<[argument?: RawValue]>(name, { typeInfo: { inputTypes: ARGUMENTS } });
}

/** What was sent; undefined when it was nothing, or nothing that can be read. */
export function readArgument(argument: RawValue | undefined): unknown {
  try {
    return argument && defaultPayloadConverter.fromPayload(argument.payload);
  } catch {
    return undefined;
  }
}
