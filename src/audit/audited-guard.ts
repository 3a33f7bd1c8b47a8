import { type Actor, type AdmissionRequest, type Guard, Problem } from '../http/index.ts';
import { OciError } from '../oci/index.ts';
import { type AuditTrail, originOf } from '../rest/index.ts';
import { isWrite, resourceOf } from './what-of-request.ts';

/** `guard`, with each write that it refuses noted in the log. */
export function createAuditedGuard(guard: Guard, trail: AuditTrail): Guard {
  /** A refusal does not say whom it refused: where the credentials were good, they say so once more. */
  async function whoAsks(request: AdmissionRequest, error: Problem | OciError): Promise<Actor | undefined> {
    const isKnown = error.status === 403 || error.status === 404 || error.code === 'DENIED';
    if (!isKnown || request.authorization === undefined) return undefined;
    try {
      return (await guard.admit({ ...request, access: 'optional' })).actor;
    } catch {
      return undefined;
    }
  }

  return {
    async admit(request) {
      try {
        return await guard.admit(request);
      } catch (error) {
        if (isWrite(request.method) && (error instanceof Problem || error instanceof OciError)) {
          const { access, method, remoteAddress } = request;
          const actor = await whoAsks(request, error);
          trail.refused({
            action: typeof access === 'string' ? method.toLowerCase() : access.actions.join(','),
            origin: originOf({ actor, remoteAddress, requestId: '' }),
            resource: resourceOf(access),
            reason: error.message,
          });
        }
        throw error;
      }
    },
  };
}
