/** How many calls a caller may make: `burst` at once when it was quiet, `perSecond` for ever. */
export interface CallRate {
  burst: number;
  perSecond: number;
}

export interface TokenBucket {
  tokens: number;
  /** Of any clock that only runs forward, in milliseconds. */
  filledAtMs: number;
}

/** Fills the bucket up to now; a caller never seen has a full one. */
export function refill(bucket: TokenBucket | undefined, nowMs: number, rate: CallRate): TokenBucket {
  if (bucket === undefined) return { tokens: rate.burst, filledAtMs: nowMs };
  const gained = ((nowMs - bucket.filledAtMs) * rate.perSecond) / 1000;
  return { tokens: Math.min(rate.burst, bucket.tokens + gained), filledAtMs: nowMs };
}

/** Takes one token of a bucket that was just refilled, or says in how many milliseconds there will be one. */
export function takeToken(bucket: TokenBucket, rate: CallRate): { bucket: TokenBucket; waitMs: number } {
  if (bucket.tokens < 1) return { bucket, waitMs: Math.ceil(((1 - bucket.tokens) * 1000) / rate.perSecond) };
  return { bucket: { ...bucket, tokens: bucket.tokens - 1 }, waitMs: 0 };
}
