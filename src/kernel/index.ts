export { type Clock, steadyNow, systemClock } from './clock.ts';
export { CodedError } from './coded-error.ts';
export { createExpiringCache, type ExpiringCache } from './expiring-cache.ts';
export { type Logger, silentLogger } from './logger.ts';
export { andThen, type NowOrLater, whenReady } from './now-or-later.ts';
export { printable } from './printable.ts';
