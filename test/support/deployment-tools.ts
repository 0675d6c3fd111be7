import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { locateDeploymentTools } from '../../scripts/installing/locate-deployment-tools';

type Tool = keyof ReturnType<typeof locateDeploymentTools>;

/** `describe` where the tools are; elsewhere the tests are skipped, counted as skipped, and it is said why. */
export function describeWith(tools: readonly Tool[], name: string, tests: () => void): void {
  const located = locateDeploymentTools();
  const missing = tools.filter((tool) => located[tool] === undefined);
  if (missing.length > 0) {
    process.stderr.write(`\nSKIPPED, for there is no ${missing.join(', no ')} (npm run setup): ${name}\n`);
  }
  (missing.length > 0 ? describe.skip : describe)(name, tests);
}

export interface ToolResult {
  code: number;
  /** stdout and stderr, the first of them first. */
  output: string;
}

/** Documents of YAML, by the reader that kubernetes-validate brings along. */
export async function parseYaml(text: string): Promise<unknown[]> {
  const directory = dirname(dirname(programOf('kubernetesValidate')));
  const script = 'import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)';
  const { code, output } = await run('python3', ['-c', script], { input: text, modules: directory });
  if (code !== 0) throw new Error(output);
  return JSON.parse(output) as unknown[];
}

/** Runs one of the tools to its end. */
export function runTool(
  tool: Tool,
  parameters: readonly string[],
  options: { directory?: string; input?: string } = {},
): Promise<ToolResult> {
  const program = programOf(tool);
  // A program that pip put into a directory finds its modules there.
  return run(program, parameters, { ...options, modules: dirname(dirname(program)) });
}

function programOf(tool: Tool): string {
  const program = locateDeploymentTools()[tool];
  if (program === undefined) throw new Error(`There is no ${tool} on this machine: npm run setup gets it.`);
  return program;
}

function run(
  program: string,
  parameters: readonly string[],
  { directory, input, modules }: { directory?: string; input?: string; modules: string },
): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      parameters,
      { cwd: directory, env: { PATH: process.env.PATH, PYTHONPATH: modules }, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') reject(error);
        else resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
      },
    );
    child.stdin?.end(input);
  });
}
