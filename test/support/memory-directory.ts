import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';

/** Where files cost no disk writes, on Linux; else the system's directory for temporary files. */
export function memoryDirectory(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}
