export { type AnswerOptions, answer, type RequestRecord } from './answer.ts';
export type { Call } from './call.ts';
export { createClientAddress, isAddressOrNetwork } from './client-address.ts';
export type {
  AccessRequirement,
  Actor,
  Admission,
  AdmissionRequest,
  Guard,
  RouteAccess,
  Surface,
  TokenScope,
  WorkloadRight,
} from './guard.ts';
export { type Listener, type ListenerOptions, listen } from './listener.ts';
export { networkOf } from './network-of.ts';
export { Problem } from './problem.ts';
export { refusedActor, refusing } from './refused-actor.ts';
export { type BodyLength, type BodySink, jsonReply, type Reply, type StreamedBody } from './reply.ts';
export type { RouteRecord } from './route.ts';
export { createRouter, type Router } from './router.ts';
export { ClientGone } from './send-reply.ts';
export { type LoadedTls, loadTlsContext, type TlsSettings } from './tls-context.ts';
export { TlsError, type TlsErrorCode } from './tls-error.ts';
export { type TlsWatch, watchTlsFiles } from './tls-watch.ts';
