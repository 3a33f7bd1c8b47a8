import { OciError, type OciErrorCode } from '../index.ts';

/** Whether `parse` takes its input; anything else than a refusal with `code` is a failure of the test. */
export function accepts(code: OciErrorCode, parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof OciError && error.code === code) return false;
    throw error;
  }
}
