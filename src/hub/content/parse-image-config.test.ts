import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseImageConfig } from './parse-image-config.ts';

const parse = (value: unknown) => parseImageConfig(Buffer.from(JSON.stringify(value)));

describe('the configuration of an image', () => {
  it('is shown with commands as a Dockerfile has them', () => {
    const commands = [
      '/bin/sh -c #(nop)  CMD ["sh"]',
      'RUN /bin/sh -c apk add x # buildkit',
      '/bin/sh -c make',
      'COPY a b # buildkit',
      'bazel build',
    ];
    const config = parse({ history: commands.map((created_by) => ({ created_by })) });
    assert.deepEqual(
      config?.history.map(({ command }) => command),
      ['CMD ["sh"]', 'RUN apk add x', 'RUN make', 'COPY a b', 'bazel build'],
    );
  });

  it('counts what has another type than it should as absent', () => {
    const config = parse({
      os: 7,
      architecture: null,
      created: '+275760-09-13T00:00:00.000Z',
      author: ['x'],
      config: {
        Env: { A: 1 },
        Cmd: 'sh',
        Entrypoint: [1, 'ok', null],
        Labels: { a: 1, b: 'x' },
        ExposedPorts: [],
      },
      history: [null, 5, { created_by: {}, created: 'yesterday', empty_layer: 'true' }],
    });
    assert.equal(config?.os, undefined);
    assert.equal(config?.createdAt, undefined);
    assert.deepEqual(config?.entrypoint, ['ok']);
    assert.deepEqual([config?.env, config?.cmd, config?.ports], [[], [], []]);
    assert.deepEqual(config?.labels, { b: 'x' });
    const empty = { command: '', createdAt: undefined, comment: undefined, isEmptyLayer: false };
    assert.deepEqual(config?.history, [empty, empty, empty]);
    for (const created of ['-000001-01-01T00:00:00Z', '275760-09-13', '', '9'.repeat(400)]) {
      assert.equal(parse({ created })?.createdAt, undefined, created.slice(0, 30));
    }
  });

  it('takes names of prototypes for names', () => {
    const labels = '{"__proto__":"p","constructor":"c","toString":"t"}';
    const config = parseImageConfig(
      Buffer.from(`{"__proto__":{"os":"evil"},"config":{"Labels":${labels},"Volumes":{"__proto__":{}}}}`),
    );
    assert.equal(config?.os, undefined);
    assert.equal(config?.labels.constructor, 'c');
    assert.ok(Object.hasOwn(config?.labels ?? {}, '__proto__'));
    assert.deepEqual(config?.volumes, ['__proto__']);
    assert.equal(({} as { os?: string }).os, undefined);
  });

  it('ends where nobody reads on', () => {
    const config = parse({
      history: Array.from({ length: 20_000 }, () => ({ created_by: 'x' })),
      config: { Env: Array.from({ length: 5000 }, () => 'A=1'), Cmd: ['y'.repeat(100_000)] },
    });
    assert.equal(config?.history.length, 500);
    assert.equal(config?.isHistoryTruncated, true);
    assert.equal(config?.env.length, 1000);
    assert.equal(config?.cmd[0]?.length, 16 * 1024);
  });

  it('is none when it is no object that all read alike', () => {
    const texts = [
      '',
      '[]',
      'null',
      '"x"',
      '{"os":1',
      '{"os":"a","os":"b"}',
      '\u{feff}{}',
      '['.repeat(100_000),
    ];
    for (const text of [...texts, `{"a":${'['.repeat(65)}${']'.repeat(65)}}`]) {
      assert.equal(parseImageConfig(Buffer.from(text)), undefined, text.slice(0, 30));
    }
    assert.equal(parseImageConfig(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), undefined);
  });
});
