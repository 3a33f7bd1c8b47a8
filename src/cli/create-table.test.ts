import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTable } from './create-table.ts';
import { createRecordingOutput } from './suite/recording-output.ts';

describe('table', () => {
  it('aligns a page, the titles once, without spaces at the ends of lines', async () => {
    const out = createRecordingOutput();
    const table = createTable(out, [{ title: 'NAME' }, { title: 'N', align: 'right' }, { title: 'AGE' }]);
    await table.write([
      ['a', '10', ''],
      ['größer', '5', 'old'],
    ]);
    assert.equal(out.text, ['NAME     N  AGE', 'a       10', 'größer   5  old', ''].join('\n'));
  });

  it('widens its columns for a later page and never narrows them', async () => {
    const out = createRecordingOutput();
    const table = createTable(out, [{ title: 'A' }, { title: 'B' }]);
    await table.write([['1', 'x']]);
    await table.write([['1234', 'x']]);
    await table.write([['1', 'x']]);
    assert.equal(out.text, ['A  B', '1  x', '1234  x', '1     x', ''].join('\n'));
  });

  it('answers whether anybody still reads', async () => {
    const table = createTable(createRecordingOutput({ readsFor: 2 }), [{ title: 'A' }]);
    assert.equal(await table.write([['1']]), true);
    assert.equal(await table.write([['2']]), false);
  });
});
