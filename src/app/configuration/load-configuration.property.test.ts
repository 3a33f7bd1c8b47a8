import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { ConfigurationError } from './configuration-error.ts';
import { variableName } from './key.ts';
import { keys } from './keys.ts';
import { loadConfiguration } from './load-configuration.ts';

const paths = keys.map((key) => key.path);

/** All that a user sees of the outcome. Throws what is not a ConfigurationError. */
async function outcome(text: string, env: Record<string, string>): Promise<string> {
  try {
    const { warnings, entries } = await loadConfiguration({
      file: 'c.yml',
      env,
      flags: {},
      readFile: async () => text,
    });
    return JSON.stringify({ warnings, entries });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    assert.equal(error.message.split('\n').length, error.problems.length + error.warnings.length);
    return error.message;
  }
}

const part = fc.constantFrom(
  ...new Set(paths.flatMap((path) => path.split('.'))),
  'x',
  '0',
  '__proto__',
  '<<',
  '',
);
const leaf = fc.oneof(
  fc.constantFrom(null, true, '', 'htpasswd', '10s', ':1', '/a', 0),
  fc.string(),
  fc.integer(),
);
const { document } = fc.letrec((tie) => ({
  document: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie('document'), { maxLength: 3 }),
    fc.array(fc.tuple(part, tie('document')), { maxLength: 5 }).map((pairs) => new Map(pairs)),
  ),
}));
const variable = fc.oneof(
  fc.constantFrom(...paths.map(variableName)),
  fc
    .array(
      part.map((name) => name.toUpperCase()),
      { maxLength: 6 },
    )
    .map((names) => `REGISTRY_${names.join('_')}`),
  fc.string().map((name) => `REGISTRY_${name}`),
);
const yaml = fc.oneof(
  document.map((value) => stringify(value)),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('a', ':', ' ', '\n', '-', '[', '{', '}', '&', '*', '"', '\t', '<<', '!', '|', '#'),
  }),
);

test('any file and any environment give a configuration or a ConfigurationError', async () => {
  await fc.assert(
    fc.asyncProperty(yaml, fc.dictionary(variable, yaml, { maxKeys: 4 }), async (text, env) => {
      await outcome(text, env);
    }),
    { numRuns: 500 },
  );
});

const secretPaths = [
  'http.secret',
  'storage.s3.secretkey',
  'storage.azure.accountkey',
  'proxy.password',
  'redis.password',
  'notifications.endpoints',
  'auth.token.secret',
];

test('a secret is never in an entry, a warning or an error, however it is written', async () => {
  const secret = fc.tuple(fc.string(), fc.string()).map(([before, after]) => `${before}hunter2${after}`);
  const value = secret.chain((text) =>
    fc.constantFrom(
      text,
      stringify(text),
      `{Authorization: [${text}]}`,
      `- headers: {Authorization: ["${text}"]}`,
      `[${text}`,
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...secretPaths), value, fc.boolean(), async (path, written, inFile) => {
      const names = path.split('.');
      const lines = names.map((name, depth) => `${'  '.repeat(depth)}${name}:`).join('\n');
      const file = inFile ? `version: 0.1\n${lines} ${written}\n` : 'version: 0.1';
      const shown = await outcome(file, inFile ? {} : { [variableName(path)]: written });
      assert.ok(!shown.includes('hunter2'), shown);
    }),
    { numRuns: 500 },
  );
});
