/**
 * What this program asks of a log: pino's call shape, structured fields first, then a sentence.
 * Fields never hold credentials (`Authorization`, passwords, tokens).
 */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Says nothing: for programs and tests that have nobody listening. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
