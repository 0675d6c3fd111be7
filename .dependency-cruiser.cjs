'use strict';

/*
 * The import directions. `import type` counts like any import here; where only types may be imported, the linter checks it
 * (.oxlintrc.json). test/unit/documents/import-directions.test.ts has a case for each rule.
 */

/** @param {...string} names */
const packages = (...names) => names.map((name) => `(^|/)node_modules/${name}/`);

/** Every folder beside access/ is one kind of LMS. */
const KIND_OF_LMS = '^src/adapters/lms/(?!access/)([^/]+)/';

/**
 * A rule that allows what is listed and forbids everything else.
 * @param {object} rule
 * @param {string} rule.name
 * @param {string} rule.comment
 * @param {string | string[]} rule.from
 * @param {string} [rule.except] files of `from` with a rule of their own
 * @param {string[]} rule.mayImport
 */
const only = ({ name, comment, from, except, mayImport }) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, ...(except === undefined ? {} : { pathNot: except }) },
  to: { pathNot: mayImport },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only({
      name: 'domain-is-pure',
      comment: 'The domain has no I/O, no clock and no Temporal.',
      from: '^src/domain/',
      mayImport: ['^src/domain/', ...packages('zod')],
    }),
    only({
      name: 'config-reads-the-environment-alone',
      comment: "The configuration imports the domain and the SDK's reader of Temporal's variables.",
      from: '^src/config/',
      mayImport: ['^src/(domain|config)/', ...packages('zod', '@temporalio/envconfig')],
    }),
    {
      name: 'adapters-know-the-domain',
      comment: 'Adapters take plain options. They import neither the configuration nor Temporal.',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: { path: ['^src/', ...packages('@temporalio')], pathNot: ['^src/(domain|adapters)/'] },
    },
    {
      name: 'the-lms-is-a-port',
      comment: 'The service knows the LMS by the port alone; processes open the access to it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(adapters/lms|processes)/' },
      to: { path: '^src/adapters/lms/', pathNot: '^src/adapters/lms/lms-client\\.ts$' },
    },
    {
      name: 'one-file-chooses-the-lms',
      comment:
        'The folder of a kind of LMS holds what is true of it alone. Only the role that makes the client names it.',
      severity: 'error',
      from: { path: '^src/', pathNot: [KIND_OF_LMS, '^src/processes/start-lms-role\\.ts$'] },
      to: { path: KIND_OF_LMS },
    },
    {
      name: 'kinds-of-lms-are-apart',
      comment: 'A change for one LMS must not reach another. Two kinds share the code of access/.',
      severity: 'error',
      from: { path: KIND_OF_LMS },
      to: { path: KIND_OF_LMS, pathNot: '^src/adapters/lms/$1/' },
    },
    {
      name: 'activities-are-handed-their-parts',
      comment: 'Activities import the domain and the types of adapters. A composition root gives them the instances.',
      severity: 'error',
      from: { path: '^src/activities/' },
      to: {
        pathNot: ['^src/(domain|adapters|activities)/', ...packages('zod', '@temporalio/(activity|common)')],
        dependencyTypesNot: ['core'],
      },
    },
    only({
      name: 'workflows-are-deterministic',
      comment: 'Workflows import the domain and the types of activities.',
      from: '^src/workflows/',
      except: '^src/workflows/contract\\.ts$',
      mayImport: ['^src/(domain|workflows|activities)/', ...packages('@temporalio/(workflow|common)')],
    }),
    only({
      name: 'contract-names-things',
      comment: 'Every process loads the contract, so it must import nothing else.',
      from: '^src/workflows/contract\\.ts$',
      mayImport: ['^src/domain/', ...packages('@temporalio/workflow')],
    }),
    {
      name: 'http-and-cli-are-handed-their-parts',
      comment: "Routes and commands import the domain, the adapters, the workflows' contract and the starters.",
      severity: 'error',
      from: { path: '^src/(http|cli)/' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/(domain|adapters|http|cli)/',
          '^src/temporal/(?!runtime|worker-options)',
          '^src/workflows/contract\\.ts$',
        ],
      },
    },
    {
      name: 'temporal-starts-workflows-by-their-types',
      comment:
        'Starters import no adapter and no activity. The linter checks that they import types of workflows only.',
      severity: 'error',
      from: { path: '^src/temporal/' },
      to: {
        pathNot: ['^src/(config|domain|temporal|workflows)/', ...packages('@temporalio/(client|common|worker)')],
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'monitoring-needs-no-temporal',
      comment: 'The watchdog works while Temporal is down.',
      severity: 'error',
      from: { path: '^src/monitoring/' },
      to: { path: ['^src/', ...packages('@temporalio')], pathNot: '^src/(domain|adapters|monitoring)/' },
    },
    {
      name: 'processes-belong-to-the-roots',
      comment: 'src/processes is a part of the composition roots. No other part may import it.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: '^src/processes/' },
      to: { path: '^src/processes/' },
    },
    {
      name: 'processes-bundle-no-workflows',
      comment: 'The build bundles workflow code. A process imports the contract only.',
      severity: 'error',
      from: { path: '^src/processes/' },
      to: { path: '^src/(workflows|cli)/', pathNot: '^src/workflows/contract\\.ts$' },
    },
    {
      name: 'rooms-are-apart',
      comment: 'Inquiries, collection and completion are three products: a change of one must not reach another.',
      severity: 'error',
      from: { path: '^src/.*/(inquiries|collection|completion)/' },
      to: { path: '^src/.*/(inquiries|collection|completion)/', pathNot: '^src/.*/$1/' },
    },
    {
      name: 'sql-stands-below-the-database-adapter',
      comment: 'Other code calls functions of the database adapter.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/database/' },
      to: { path: packages('mysql2') },
    },
    {
      name: 'nobody-imports-a-composition-root',
      comment: 'Only the CLI may start the two processes.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/client\\.ts$' },
      to: { path: '^src/(worker|server|client)\\.ts$' },
    },
    only({
      name: 'pages-are-bundles-of-their-own',
      comment: "A page bundles the domain's pure completion rules and the error codes, nothing else of the product.",
      from: '^web/',
      mayImport: ['^web/', '^src/domain/completion/', '^src/domain/shared/api-errors\\.ts$'],
    }),
    {
      name: 'simulator-is-an-independent-witness',
      comment: 'The simulator follows the contract, so it must not contain code of the product that it tests.',
      severity: 'error',
      from: { path: '^simulator/' },
      to: { path: '^(src|web|test|bench|tools)/' },
    },
    {
      name: 'the-product-knows-no-tests',
      comment: 'The product imports nothing that only a checkout has.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(web|simulator|test|bench|tools)/' },
    },
    {
      name: 'bootstrap-needs-only-node',
      comment: 'The bootstrap runs before npm ci.',
      severity: 'error',
      from: { path: '^tools/run\\.mjs$' },
      to: { path: '(^|/)node_modules/', dependencyTypes: ['import'] },
    },
    {
      name: 'setup-and-servers-know-no-product',
      comment: 'They install and start programs of others.',
      severity: 'error',
      from: { path: '^tools/(setup|servers)/' },
      to: { path: '^(src|web|simulator|test|bench)/' },
    },
    {
      name: 'only-production-packages',
      comment: 'The image contains no development packages.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'undetermined', 'unknown'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-is-there',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // dependency-cruiser knows TypeScript's own parser up to version 6; swc's reads the same files.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '^(dist|\\.cache)/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
