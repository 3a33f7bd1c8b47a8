import { type Guard, Problem, refusedActor } from '../http/index.ts';
import { whenReady } from '../kernel/index.ts';
import { OciError } from '../oci/index.ts';
import { type AuditTrail, originOf } from '../rest/index.ts';
import { isWrite, resourceOf } from './what-of-request.ts';

/** `guard`, with each write that it refuses noted in the log. */
export function createAuditedGuard(guard: Guard, trail: AuditTrail): Guard {
  return {
    admit: (request) =>
      whenReady(
        () => guard.admit(request),
        (admission) => admission,
        (error) => {
          if (isWrite(request.method) && (error instanceof Problem || error instanceof OciError)) {
            const { access, method, remoteAddress, requestId } = request;
            trail.refused({
              action: typeof access === 'string' ? method.toLowerCase() : access.actions.join(','),
              origin: originOf({ actor: refusedActor(error), remoteAddress, requestId }),
              resource: resourceOf(access),
              reason: error.message,
            });
          }
          throw error;
        },
      ),
  };
}
