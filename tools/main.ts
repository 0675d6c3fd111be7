/* The commands of package.json. Each gets the words after its name, and returns the exit code. */

const COMMANDS: Record<string, (words: string[]) => Promise<number | void>> = {
  setup: async (words) => (await import('./setup/run-setup.ts')).setup(words),
  build: async () => (await import('./build.ts')).build(),
  demo: async (words) => (await import('./demo.ts')).demo(words),
  test: async (words) => (await import('./test.ts')).test(words),
  check: async () => (await import('./check.ts')).check(),
  'deployment-tools': async (words) =>
    (await import('../test/support/deployment-tools/install-deployment-tools.ts')).installDeploymentTools(words),
  histories: async () => (await import('./histories/record-histories.ts')).recordHistories(),
  bench: async (words) => (await import('../bench/bench.ts')).bench(words),
};

/** Runs the command, and ends this process. */
export async function main([name = '', ...words]: readonly string[]): Promise<never> {
  const command = COMMANDS[name];
  if (command === undefined) {
    console.error(`"${name}" is unknown. The commands are ${Object.keys(COMMANDS).join(', ')}.`);
    process.exit(2);
  }
  try {
    process.exit((await command(words)) ?? 0);
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
