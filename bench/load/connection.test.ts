import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerReader } from './connection.ts';

const fixed = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Long-Name: v\r\n\r\nhello';
const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n';

function readInPieces(text: string, size: number, method = 'GET') {
  const reader = answerReader(method, true);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    const answer = reader.read(bytes.subarray(at, at + size));
    if (answer) return { answer, read: at + size };
  }
  return undefined;
}

describe('answers of a server', () => {
  for (const [name, text] of Object.entries({ fixed, chunked })) {
    it(`reads a ${name} body whatever the pieces`, () => {
      for (let size = 1; size <= text.length; size++) {
        const done = readInPieces(text, size);
        assert.equal(done?.answer.body.toString(), 'hello', `pieces of ${size}`);
        assert.equal(done?.answer.bodyBytes, 5);
        assert.ok((done?.read ?? 0) >= text.length, `pieces of ${size}: over before the end`);
      }
    });
  }

  it('waits for no body after HEAD', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
    assert.equal(readInPieces(head, 7, 'HEAD')?.answer.status, 200);
    assert.equal(readInPieces(head, 7, 'GET'), undefined);
  });

  it('passes over an interim answer', () => {
    const done = readInPieces(`HTTP/1.1 100 Continue\r\n\r\n${fixed}`, 4);
    assert.equal(done?.answer.status, 200);
    assert.equal(done?.answer.body.toString(), 'hello');
  });

  it('finds headers in any case, and by their whole name only', () => {
    const done = readInPieces(fixed, 1000);
    assert.equal(done?.answer.header('content-length'), '5');
    assert.equal(done?.answer.header('x-long-name'), 'v');
    assert.equal(done?.answer.header('long-name'), undefined);
  });
});
