import { z } from 'zod';

/** The keys that inputs share. No other field of an input is ever logged. */
const keysSchema = z.object({
  skId: z.string().optional().catch(undefined),
  date: z.string().optional().catch(undefined),
  dataType: z.string().optional().catch(undefined),
  completionId: z.string().optional().catch(undefined),
});

/** Adds the cohort, date, data type or completion of an activity's input to each of its log lines. */
export function createLogKeysInterceptor() {
  return () => {
    let keys: Record<string, unknown> = {};
    return {
      inbound: {
        execute<Input extends { readonly args: unknown[] }>(
          input: Input,
          next: (input: Input) => Promise<unknown>,
        ): Promise<unknown> {
          const { skId, ...others } = keysSchema.safeParse(input.args[0]).data ?? {};
          keys = { cohort: skId, ...others };
          return next(input);
        },
      },
      outbound: {
        getLogAttributes(
          attributes: Record<string, unknown>,
          next: (attributes: Record<string, unknown>) => Record<string, unknown>,
        ): Record<string, unknown> {
          return { ...next(attributes), ...keys };
        },
      },
    };
  };
}
