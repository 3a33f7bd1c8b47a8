const lowerCaseUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Ids come from URLs. Only the one spelling that callers make is known; anything else names no session. */
export function isUploadId(id: string): boolean {
  return lowerCaseUuid.test(id);
}
