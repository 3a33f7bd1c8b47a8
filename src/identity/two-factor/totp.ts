import { Secret, TOTP } from 'otpauth';

const PERIOD_SECONDS = 30;
const ISSUER = 'Lading';

/** 160 random bits in base32, as RFC 4226 §4 recommends. */
export function createTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What authenticators scan: `otpauth://totp/…`. */
export function totpUri(options: {
  readonly secret: string;
  readonly account: string;
  readonly host: string;
}): string {
  const { secret, account, host } = options;
  return toTotp(secret, { label: account, issuer: `${ISSUER} (${host})` }).toString();
}

/**
 * The time step that `code` belongs to: now, or the one before or after, for clocks that differ (RFC 6238 §5.2).
 * Undefined when it is wrong.
 */
export function findTotpStep(options: {
  readonly secret: string;
  readonly code: string;
  readonly now: number;
}): number | undefined {
  const { secret, code, now } = options;
  const delta = toTotp(secret).validate({ token: code, timestamp: now, window: 1 });
  return delta === null ? undefined : Math.floor(now / 1000 / PERIOD_SECONDS) + delta;
}

function toTotp(secret: string, names: { label?: string; issuer?: string } = {}): TOTP {
  return new TOTP({
    ...names,
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
    secret: Secret.fromBase32(secret),
  });
}
