/**
 * Contract section 1: the LMS works on a request for at most this long, and counts it as in flight until then, also when
 * its caller hung up or died.
 */
export const LMS_PROCESSING_MS = 5_000;

/** The largest page of more than one item that is read; a larger one is asked for in smaller pages. It bounds memory. */
export const MOST_PAGE_BYTES = 4 * 1024 * 1024;

/** The largest answer that is read. A page of 100 inquiries with long texts has some hundred kilobytes, a large roadmap less than a megabyte. */
export const MOST_BODY_BYTES = 32 * 1024 * 1024;
