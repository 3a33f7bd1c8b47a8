import { networkOf } from '../../http/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { OciError } from '../../oci/index.ts';

/** Mistyping must not cost anything. */
const FREE_FAILURES = 5;
const FIRST_DELAY_MS = 1_000;
/** Who guesses from one place gets 1,440 guesses a day; the owner behind the same address waits no longer than this. */
const MAX_DELAY_MS = 60_000;
/** So long after the last failure it starts anew. */
const FORGET_MS = 60 * 60_000;
/** Failures for one account from wherever: from then on somebody guesses with many addresses. */
const UNDER_ATTACK_FAILURES = 30;
/** Failures of one address for whatever accounts: a few names tried with one password each. */
const ADDRESS_BURST = 60;
const ADDRESS_REFILL_MS = 10_000;
/** Bounds memory; the least recently failed are dropped first. */
const MAX_ENTRIES = 20_000;

export interface LoginAttempt {
  /** As it was sent, whether or not there is such an account: the answer must not tell. */
  readonly account: string;
  readonly address: string;
  /** Where the account has logged in from before: a device, or this address. Undefined for neither. */
  readonly knownSource: string | undefined;
}

export interface LoginThrottle {
  /**
   * Throws `OciError` TOOMANYREQUESTS with `Retry-After`. Counts as a failure until `succeeded`: who sends many guesses
   * at once must not have them all tried before the first has failed.
   */
  begin(attempt: LoginAttempt): void;
  succeeded(attempt: LoginAttempt): void;
}

interface Failures {
  readonly count: number;
  readonly lastAt: number;
}

/**
 * Slows guessing down and locks nobody out: an account is slowed for each place on its own, ever longer, so that whoever
 * guesses slows himself. While one is guessed from many places, a place that is new to it has one free attempt instead
 * of several: whoever comes with the right password still gets in at once. An address that tries many accounts
 * is slowed for all of them, except those that are known to log in from there.
 */
export function createLoginThrottle({ clock }: { readonly clock: Clock }): LoginThrottle {
  const ofPlace = new Map<string, Failures>();
  const ofAccount = new Map<string, Failures>();
  const ofAddress = new Map<string, Failures>();

  return {
    begin(attempt) {
      const waitMs = Math.max(waitOfPlace(attempt), waitOfAddress(attempt));
      if (waitMs > 0) throw tooMany(waitMs);
      count(ofPlace, placeOf(attempt), 1);
      count(ofAccount, attempt.account, 1);
      if (attempt.knownSource === undefined) fill(networkOf(attempt.address), 1);
    },
    succeeded(attempt) {
      ofPlace.delete(placeOf(attempt));
      count(ofAccount, attempt.account, -1);
      if (attempt.knownSource === undefined) fill(networkOf(attempt.address), -1);
    },
  };

  function waitOfPlace(attempt: LoginAttempt): number {
    const place = read(ofPlace, placeOf(attempt));
    if (!place) return 0;
    const failures = read(ofAccount, attempt.account)?.count ?? 0;
    const isUnderAttack = attempt.knownSource === undefined && failures >= UNDER_ATTACK_FAILURES;
    const delayMs = delayAfter(place.count, isUnderAttack);
    return Math.min(delayMs, place.lastAt + delayMs - clock.now());
  }

  function waitOfAddress({ knownSource, address }: LoginAttempt): number {
    if (knownSource !== undefined) return 0;
    const failures = read(ofAddress, networkOf(address));
    return failures ? (levelOf(failures) - ADDRESS_BURST + 1) * ADDRESS_REFILL_MS : 0;
  }

  function read(map: Map<string, Failures>, key: string): Failures | undefined {
    const found = map.get(key);
    if (!found || Math.abs(clock.now() - found.lastAt) < FORGET_MS) return found;
    map.delete(key);
    return undefined;
  }

  function count(map: Map<string, Failures>, key: string, by: number): void {
    put(map, key, { count: Math.max(0, (read(map, key)?.count ?? 0) + by), lastAt: clock.now() });
  }

  function fill(network: string, by: number): void {
    const known = read(ofAddress, network);
    put(ofAddress, network, {
      count: Math.max(0, (known ? levelOf(known) : 0) + by),
      lastAt: clock.now(),
    });
  }

  function put(map: Map<string, Failures>, key: string, failures: Failures): void {
    map.delete(key);
    map.set(key, failures);
    if (map.size <= MAX_ENTRIES) return;
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }

  /** A leaking bucket: one failure leaves it every `ADDRESS_REFILL_MS`. */
  function levelOf({ count, lastAt }: Failures): number {
    return Math.max(0, count - Math.max(0, clock.now() - lastAt) / ADDRESS_REFILL_MS);
  }
}

function delayAfter(failures: number, isUnderAttack: boolean): number {
  if (isUnderAttack) return MAX_DELAY_MS;
  if (failures < FREE_FAILURES) return 0;
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - FREE_FAILURES));
}

function placeOf({ account, address, knownSource }: LoginAttempt): string {
  return `${account}\0${knownSource ?? networkOf(address)}`;
}

function tooMany(waitMs: number): OciError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new OciError(
    'TOOMANYREQUESTS',
    `Too many failed logins. Try again in ${seconds} s, or use an access token.`,
    { headers: { 'Retry-After': String(seconds) } },
  );
}
