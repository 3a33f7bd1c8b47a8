export { type AnswerOptions, answer, type RequestRecord } from './answer.ts';
export type { Call } from './call.ts';
export type { AccessRequirement, Admission, Guard, RouteAccess } from './guard.ts';
export { type Listener, type ListenerOptions, listen } from './listener.ts';
export { type BodySink, jsonReply, lengthOnly, type Reply, type StreamedBody } from './reply.ts';
export type { RouteRecord } from './route.ts';
export { createRouter, type Router } from './router.ts';
export { ClientGone } from './send-reply.ts';
