export { waitUntil, type WaitOptions } from '../../tools/wait-until';
