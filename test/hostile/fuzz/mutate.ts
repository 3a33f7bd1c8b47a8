import type { Random } from '../../faults/harness/random.ts';

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const NUMBERS = [
  '0',
  '-1',
  '1',
  '4096',
  '65536',
  '2147483648',
  '9007199254740993',
  '99999999999999999999',
  '1e3',
  '0x10',
];
const WORDS = [
  '..',
  '%00',
  '%2e%2e%2f',
  '%ff',
  '\0',
  '\r\n',
  '\n',
  '//',
  '?',
  '#',
  '{}',
  'sha512:',
  'chunked',
  '\xff\xfe',
];

/** The ways in which a request goes wrong; each gives a new buffer. */
const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const changed = Buffer.from(bytes);
    const at = random.between(0, changed.length - 1);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.between(0, 7));
    return changed;
  },
  function cutOut(bytes, random) {
    const [from, until] = twoPlaces(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(until)]);
  },
  function repeat(bytes, random) {
    const [from, until] = twoPlaces(bytes, random);
    return Buffer.concat([bytes.subarray(0, until), bytes.subarray(from)]);
  },
  function endEarly(bytes, random) {
    return bytes.subarray(0, random.between(1, bytes.length));
  },
  function insertWord(bytes, random) {
    const at = random.between(0, bytes.length);
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from(random.pick(WORDS), 'latin1'),
      bytes.subarray(at),
    ]);
  },
  function replaceNumber(bytes, random) {
    return replaceOne(bytes, random, { pattern: /\d+/g, by: () => random.pick(NUMBERS) });
  },
  function replaceDigest(bytes, random) {
    const hex = () => Array.from({ length: 64 }, () => random.between(0, 15).toString(16)).join('');
    return replaceOne(bytes, random, { pattern: /[0-9a-f]{64}/g, by: hex });
  },
  function repeatHeader(bytes, random) {
    return replaceOne(bytes, random, { pattern: /\r\n[^\r\n]+(?=\r\n)/g, by: (line) => line + line });
  },
  function dropHeader(bytes, random) {
    return replaceOne(bytes, random, { pattern: /\r\n[^\r\n]+(?=\r\n)/g, by: () => '' });
  },
  function otherMethod(bytes, random) {
    const by = () => random.pick(['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS']);
    return replaceOne(bytes, random, { pattern: /^[A-Z]+/g, by });
  },
  function dropPathPart(bytes, random) {
    return replaceOne(bytes, random, { pattern: /\/[^/ ?]+/g, by: () => '' });
  },
];

/** One to four changes of one request. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let changed = bytes;
  for (let left = random.between(1, 4); left > 0 && changed.length > 1; left--) {
    changed = random.pick(MUTATIONS)(changed, random);
  }
  return changed;
}

function twoPlaces(bytes: Buffer, random: Random): [number, number] {
  const from = random.between(0, bytes.length - 1);
  return [from, Math.min(bytes.length, from + random.between(1, 64))];
}

function replaceOne(
  bytes: Buffer,
  random: Random,
  { pattern, by }: { pattern: RegExp; by: (found: string) => string },
): Buffer {
  const text = bytes.toString('latin1');
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return bytes;
  const { 0: old, index } = random.pick(found);
  return Buffer.from(text.slice(0, index) + by(old) + text.slice(index + old.length), 'latin1');
}
