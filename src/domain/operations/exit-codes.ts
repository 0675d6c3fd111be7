/** Contract section 8. `unexpected` is `EX_SOFTWARE` of sysexits.h: a worker or server ended itself after an unforeseen error. */
export const EXIT_CODES = { done: 0, failed: 1, usage: 2, unavailable: 69, unexpected: 70, configuration: 78 } as const;
