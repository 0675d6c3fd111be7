/**
 * Contract section 1: the LMS works on a request for at most this long, and counts it as in flight until then, also when
 * its caller hung up or died.
 */
export const LMS_PROCESSING_MS = 5_000;
