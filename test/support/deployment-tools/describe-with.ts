import { execFile, execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { ROOT } from '../../../tools/paths';
import { locateDeploymentTools, type DeploymentTools } from './locate-deployment-tools';

type Tool = keyof DeploymentTools;

/**
 * `describe` with these tools, which the first test file that needs them installs. Where they can't be installed, the tests
 * are skipped and counted as skipped, and a line says why.
 */
export function describeWith(tools: readonly Tool[], name: string, tests: () => void): void {
  const missing = () => tools.filter((tool) => locateDeploymentTools()[tool] === undefined);
  if (missing().length > 0) {
    // Jest decides about skipping before it can wait, so a process of its own installs.
    const words = [join(ROOT, 'tools/run.mjs'), 'deployment-tools', ...missing()];
    execFileSync(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit'] });
  }
  const absent = missing();
  if (absent.length > 0) process.stderr.write(`\nSKIPPED, because there is no ${absent.join(', no ')}: ${name}\n`);
  (absent.length > 0 ? describe.skip : describe)(name, tests);
}

export interface ToolResult {
  code: number;
  /** stdout, then stderr. */
  output: string;
}

/** Documents of YAML, read by the parser that comes with kubernetes-validate. */
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

export function programOf(tool: Tool): string {
  const program = locateDeploymentTools()[tool];
  if (program === undefined) throw new Error(`There is no ${tool} on this machine.`);
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
