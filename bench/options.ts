import { parseArgs } from 'node:util';
import { PEERS, type PeerName } from './measure/types.ts';

export interface BenchOptions {
  readonly scenarios: readonly string[] | undefined;
  /** Always with Lading. */
  readonly peers: readonly PeerName[];
  /** Undefined: three, fewer where a scenario's budget of time ends before. */
  readonly rounds: number | undefined;
  readonly isSmoke: boolean;
  readonly isLong: boolean;
  readonly isHelp: boolean;
}

export const USAGE = `Usage: npm run bench -- [options]

  --scenario NAME   only this one; may be repeated. Its results replace its earlier ones, others stay
  --peer NAME       only Lading and this one; may be repeated: ${PEERS.slice(1).join(', ')}
  --rounds N        how often all take their turn, whatever time it takes (default: 3, fewer where a scenario's
                    budget of time ends before; one for the mixed load)
  --long            the mixed load takes 10 minutes instead of 2
  --smoke           tiny sizes, one round: shows that all works; figures mean nothing, written to .cache/bench/smoke
  --help
`;

/** Throws an Error that says what is wrong with the command line. */
export function parseOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string', multiple: true },
      peer: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      long: { type: 'boolean' },
      smoke: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  for (const name of values.scenario ?? []) {
    if (!known.includes(name))
      throw new Error(`There is no scenario ${name}; there are: ${known.join(', ')}`);
  }
  const isSmoke = values.smoke === true;
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 1 && rounds <= 100)) {
    throw new Error('--rounds wants a number from 1 to 100');
  }
  return {
    scenarios: values.scenario,
    peers: values.peer ? peersOf(values.peer) : PEERS,
    rounds: rounds ?? (isSmoke ? 1 : undefined),
    isSmoke,
    isLong: values.long === true,
    isHelp: values.help === true,
  };
}

function peersOf(names: readonly string[]): readonly PeerName[] {
  for (const name of names) {
    if (!PEERS.some((peer) => peer === name)) {
      throw new Error(`There is no peer ${name}; there are: ${PEERS.join(', ')}`);
    }
  }
  return PEERS.filter((peer) => peer === 'lading' || names.includes(peer));
}
