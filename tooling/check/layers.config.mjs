/** Who may import whom among the library packages (docs/architecture.md); `types` only as types. */
const layers = [
  { name: 'core', may: [] },
  { name: 'autograd', may: ['core'] },
  { name: 'layers', may: ['core', 'autograd'] },
  { name: 'data', may: ['core'] },
  { name: 'decoding', may: ['core'] },
  { name: 'metrics', may: ['core'] },
  {
    name: 'training',
    may: ['core', 'autograd', 'layers', 'adapters/format-safetensors', 'data'],
    types: ['data'],
  },
  { name: 'model', may: ['core', 'layers', 'adapters/format-safetensors'] },
  { name: 'report', may: ['core'] },
  { name: 'backend-conformance', may: ['core'] },
  { name: 'adapters/backend-[^/]+', may: ['core'] },
  { name: 'adapters/format-[^/]+', may: ['core'] },
];

const tests = '([.]test[.]ts$|/testing/)';
const backends = 'adapters/backend-[^/]+';
const anyPackage = '^packages/((?:adapters/)?[^/]+)/';

const oneOf = (/** @type {readonly string[]} */ names) => names.map((name) => `^packages/${name}/`);

const rules = layers.flatMap(({ name, may, types = [] }) => {
  const source = `^packages/${name}/src/`;
  const own = `^packages/${name}/`;
  return [
    {
      name: `layers-of-${name.replace(/[^a-z-]/g, '')}`,
      severity: 'error',
      comment: `${name} imports only: ${may.join(', ') || 'nothing'}`,
      from: { path: source, pathNot: tests },
      to: { path: '^(packages|apps|tooling)/', pathNot: [own, ...oneOf(may)] },
    },
    {
      name: `test-layers-of-${name.replace(/[^a-z-]/g, '')}`,
      severity: 'error',
      comment: `tests of ${name} may also import a backend, the conformance kit and tooling/vitest`,
      from: { path: `${source}.*${tests}` },
      to: {
        path: '^(packages|apps|tooling)/',
        pathNot: [own, ...oneOf([...may, backends, 'backend-conformance']), '^tooling/vitest/'],
      },
    },
    ...types.map((other) => ({
      name: `types-only-${name}-${other}`,
      severity: 'error',
      comment: `${name} knows ${other} by its types only`,
      from: { path: source, pathNot: tests },
      to: { path: `^packages/${other}/`, dependencyTypesNot: ['type-only'] },
    })),
  ];
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    .../** @type {import('dependency-cruiser').IForbiddenRuleType[]} */ (rules),
    {
      name: 'no-deep-import',
      severity: 'error',
      comment: 'another package is known by its public entries only',
      from: { path: '^((?:packages/(?:adapters/)?|apps/|tooling/)[^/]+)/' },
      to: {
        path: `${anyPackage}(src|dist)/`,
        pathNot: ['^$1/', '^packages/((adapters/)?[^/]+)/src/(index|node|vitest)[.]ts$'],
      },
    },
    {
      name: 'no-relative-import',
      severity: 'error',
      comment: 'another package is imported by its name',
      from: { path: '^((?:packages/(?:adapters/)?|apps/|tooling/)[^/]+)/src/' },
      to: { path: '^(packages|apps)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-app-import',
      severity: 'error',
      comment: 'nothing imports an app but its own files',
      from: { pathNot: '^apps/' },
      to: { path: '^apps/' },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      comment: 'types may refer to each other, code may not',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency',
      severity: 'error',
      comment: 'published code imports only what its package.json lists as a dependency',
      from: { path: `${anyPackage}src/`, pathNot: tests },
      // A peer dependency is a development dependency too.
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@sluice/source', 'import', 'node', 'types', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.d.ts', '.json'],
    },
  },
};
