import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '../../support/test-run';

const ROOT = join(__dirname, '../..', '..');

/** `rule` is the rule that the file's imports break; undefined when they are allowed. */
const CASES: { file: string; code: string; rule: string | undefined }[] = [
  { file: 'src/domain/a.ts', code: "import { z } from 'zod';", rule: undefined },
  { file: 'src/domain/b.ts', code: "import 'node:crypto';", rule: 'domain-is-pure' },
  { file: 'src/domain/c.ts', code: "import type { A } from '../adapters/target';", rule: 'domain-is-pure' },
  { file: 'src/config/a.ts', code: "import '@temporalio/envconfig'; import '../domain/a';", rule: undefined },
  {
    file: 'src/adapters/database/a.ts',
    code: "import 'mysql2/promise'; import '../../domain/a'; import 'node:fs';",
    rule: undefined,
  },
  { file: 'src/adapters/g.ts', code: "import 'mysql2/promise';", rule: 'sql-stands-below-the-database-adapter' },
  { file: 'src/domain/inquiries/a.ts', code: "import '../collection/target';", rule: 'rooms-are-apart' },
  { file: 'src/activities/completion/a.ts', code: "import '../inquiries/target';", rule: 'rooms-are-apart' },
  {
    file: 'src/adapters/database/collection/a.ts',
    code: "import '../../../domain/completion/target';",
    rule: 'rooms-are-apart',
  },
  {
    file: 'src/activities/collection/a.ts',
    code: "import '../../domain/collection/target'; import '../target';",
    rule: undefined,
  },
  { file: 'src/adapters/b.ts', code: "import '../config/a';", rule: 'adapters-know-the-domain' },
  { file: 'src/adapters/c.ts', code: "import '@temporalio/client';", rule: 'adapters-know-the-domain' },
  { file: 'src/adapters/lms/openeg/a.ts', code: "import '../access/target';", rule: undefined },
  { file: 'src/adapters/lms/access/a.ts', code: "import '../openeg/a';", rule: 'one-file-chooses-the-lms' },
  { file: 'src/adapters/lms/access/b.ts', code: "import '../other/a';", rule: 'one-file-chooses-the-lms' },
  { file: 'src/adapters/lms/b.ts', code: "import './openeg/a';", rule: 'one-file-chooses-the-lms' },
  { file: 'src/adapters/lms/other/a.ts', code: "import '../access/target';", rule: undefined },
  { file: 'src/adapters/lms/other/b.ts', code: "import './a'; import '../lms-client';", rule: undefined },
  { file: 'src/adapters/lms/other/c.ts', code: "import '../openeg/a';", rule: 'kinds-of-lms-are-apart' },
  {
    file: 'src/processes/start-lms-role.ts',
    code: "import '../adapters/lms/openeg/a'; import '../adapters/lms/other/a';",
    rule: undefined,
  },
  { file: 'src/processes/c.ts', code: "import '../adapters/lms/openeg/a';", rule: 'one-file-chooses-the-lms' },
  { file: 'src/processes/g.ts', code: "import '../adapters/lms/other/a';", rule: 'one-file-chooses-the-lms' },
  { file: 'src/activities/e.ts', code: "import '../adapters/lms/access/target';", rule: 'the-lms-is-a-port' },
  { file: 'src/activities/a.ts', code: "import '../adapters/target'; import '@temporalio/activity';", rule: undefined },
  { file: 'src/activities/b.ts', code: "import '../workflows/target';", rule: 'activities-are-handed-their-parts' },
  { file: 'src/activities/c.ts', code: "import '../config/a';", rule: 'activities-are-handed-their-parts' },
  { file: 'src/activities/d.ts', code: "import 'mysql2/promise';", rule: 'activities-are-handed-their-parts' },
  { file: 'src/workflows/a.ts', code: "import type { A } from '../activities/target';", rule: undefined },
  { file: 'src/workflows/b.ts', code: "import '../adapters/target';", rule: 'workflows-are-deterministic' },
  { file: 'src/workflows/c.ts', code: "import 'node:timers/promises';", rule: 'workflows-are-deterministic' },
  { file: 'src/workflows/d.ts', code: "import '@temporalio/client';", rule: 'workflows-are-deterministic' },
  { file: 'src/workflows/contract.ts', code: "import './target';", rule: 'contract-names-things' },
  { file: 'src/http/a.ts', code: "import '../workflows/contract'; import 'fastify';", rule: undefined },
  { file: 'src/http/b.ts', code: "import '../activities/target';", rule: 'http-and-cli-are-handed-their-parts' },
  { file: 'src/http/c.ts', code: "import '../config/a';", rule: 'http-and-cli-are-handed-their-parts' },
  { file: 'src/cli/a.ts', code: "import '../workflows/target';", rule: 'http-and-cli-are-handed-their-parts' },
  { file: 'src/cli/d.ts', code: "import '../temporal/a'; import type {} from '@temporalio/client';", rule: undefined },
  {
    file: 'src/temporal/a.ts',
    code: "import '../config/a'; import '../workflows/contract'; import '@temporalio/client';",
    rule: undefined,
  },
  { file: 'src/temporal/b.ts', code: "import '../adapters/target';", rule: 'temporal-starts-workflows-by-their-types' },
  {
    file: 'src/temporal/c.ts',
    code: "import '../activities/target';",
    rule: 'temporal-starts-workflows-by-their-types',
  },
  { file: 'src/monitoring/a.ts', code: "import '@temporalio/client';", rule: 'monitoring-needs-no-temporal' },
  { file: 'src/processes/a.ts', code: "import '../activities/target'; import '../config/a';", rule: undefined },
  { file: 'src/processes/b.ts', code: "import '../workflows/target';", rule: 'processes-bundle-no-workflows' },
  { file: 'src/cli/b.ts', code: "import '../processes/a';", rule: 'processes-belong-to-the-roots' },
  { file: 'src/server.ts', code: "import './worker';", rule: 'nobody-imports-a-composition-root' },
  { file: 'src/client.ts', code: "import './worker'; import './config/a';", rule: undefined },
  { file: 'src/cli/e.ts', code: "import '../temporal/runtime';", rule: 'http-and-cli-are-handed-their-parts' },
  { file: 'web/tracker/a.ts', code: "import '../../src/domain/completion/target';", rule: undefined },
  { file: 'web/tracker/e.ts', code: "import '../../src/domain/shared/api-errors';", rule: undefined },
  {
    file: 'web/tracker/f.ts',
    code: "import '../../src/domain/shared/target';",
    rule: 'pages-are-bundles-of-their-own',
  },
  { file: 'web/tracker/d.ts', code: "import '../../src/domain/a';", rule: 'pages-are-bundles-of-their-own' },
  { file: 'web/tracker/b.ts', code: "import '../../src/adapters/target';", rule: 'pages-are-bundles-of-their-own' },
  { file: 'web/tracker/c.ts', code: "import 'zod';", rule: 'pages-are-bundles-of-their-own' },
  { file: 'simulator/a.ts', code: "import 'zod';", rule: undefined },
  { file: 'simulator/b.ts', code: "import '../src/domain/a';", rule: 'simulator-is-an-independent-witness' },
  { file: 'src/adapters/d.ts', code: "import '../../simulator/a';", rule: 'the-product-knows-no-tests' },
  { file: 'src/adapters/e.ts', code: "import 'fast-check';", rule: 'only-production-packages' },
  { file: 'src/adapters/f.ts', code: "import './nowhere';", rule: 'everything-is-there' },
  { file: 'tools/run.mjs', code: "import 'zod';", rule: 'bootstrap-needs-only-node' },
  { file: 'tools/setup/a.ts', code: "import '../../src/domain/a';", rule: 'setup-and-servers-know-no-product' },
  { file: 'tools/system.ts', code: "import '../src/domain/a'; import 'zod';", rule: undefined },
  { file: 'src/domain/round.ts', code: "import './trip';", rule: 'no-cycles' },
];
const TARGETS = [
  'src/adapters/target.ts',
  'src/adapters/lms/access/target.ts',
  'src/adapters/lms/lms-client.ts',
  'src/activities/target.ts',
  'src/activities/inquiries/target.ts',
  'src/domain/collection/target.ts',
  'src/domain/completion/target.ts',
  'src/domain/shared/api-errors.ts',
  'src/domain/shared/target.ts',
  'src/temporal/runtime.ts',
  'src/workflows/target.ts',
  'src/worker.ts',
];

/** Imports that are allowed as `import type` alone: the linter's part. */
const TYPE_IMPORTS: { file: string; code: string; refused: boolean }[] = [
  { file: 'src/workflows/e.ts', code: "import type { A } from '../activities/target';", refused: false },
  { file: 'src/workflows/f.ts', code: "import { type A } from '../activities/target';", refused: false },
  { file: 'src/workflows/g.ts', code: "import { a } from '../activities/target';", refused: true },
  { file: 'src/workflows/h.ts', code: "import { a, type A } from '../activities/target';", refused: true },
  { file: 'src/workflows/i.ts', code: "export { a } from '../activities/target';", refused: true },
  { file: 'src/temporal/d.ts', code: "import type * as workflows from '../workflows';", refused: false },
  { file: 'src/temporal/e.ts', code: "import { a } from '../workflows/contract';", refused: false },
  { file: 'src/temporal/f.ts', code: "import { a } from '../workflows/target';", refused: true },
  { file: 'src/temporal/g.ts', code: "import { Client } from '@temporalio/client';", refused: false },
  { file: 'src/processes/e.ts', code: "import type { Client } from '@temporalio/client';", refused: false },
  { file: 'src/processes/f.ts', code: "import { Client } from '@temporalio/client';", refused: true },
  { file: 'src/http/d.ts', code: "import { a } from '../domain/a';", refused: false },
];

let directory: string;
let violations: { from: string; rule: { name: string } }[];

beforeAll(async () => {
  directory = temporaryDirectory('imports');
  const write = (file: string, code: string) => {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), `${code}\n`);
  };
  for (const file of TARGETS) write(file, 'export const a = 1;');
  write('src/domain/trip.ts', "import './round';");
  for (const { file, code } of [...CASES, ...TYPE_IMPORTS]) write(file, code);
  for (const file of ['package.json', '.dependency-cruiser.cjs', '.oxlintrc.json'])
    copyFileSync(join(ROOT, file), join(directory, file));
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  violations = await refusedImports(['src', 'web', 'simulator', 'tools']);
});

test.each(CASES)('$file: $code', ({ file, rule }) => {
  const refusedBy = violations.filter(({ from }) => from === file).map((violation) => violation.rule.name);
  if (rule === undefined) expect(refusedBy).toEqual([]);
  else expect(refusedBy).toContain(rule);
});

test('some things are known by their types alone', async () => {
  const rule = 'eslint(no-restricted-imports)';
  const report = await reportOf<{ diagnostics: { code?: string; filename: string }[] }>('oxlint', [
    '--format=json',
    ...TYPE_IMPORTS.map(({ file }) => file),
  ]);
  const refused = report.diagnostics.filter(({ code }) => code === rule).map(({ filename }) => filename);
  expect(refused.toSorted()).toEqual(
    TYPE_IMPORTS.filter((each) => each.refused)
      .map(({ file }) => file)
      .toSorted(),
  );
});

async function refusedImports(folders: string[]): Promise<typeof violations> {
  const report = await reportOf<{ summary: { violations: typeof violations } }>('depcruise', [
    ...folders,
    '--output-type=json',
  ]);
  return report.summary.violations;
}

/** Both tools fail when they find something. Their output names it. */
function reportOf<Report>(tool: string, parameters: string[]): Promise<Report> {
  const program = join(ROOT, 'node_modules', '.bin', tool);
  return new Promise((resolve, reject) => {
    execFile(program, parameters, { cwd: directory, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr, { cause: error }));
      else resolve(JSON.parse(stdout) as Report);
    });
  });
}
