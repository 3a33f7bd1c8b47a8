export { type ApiAnswer, type ApiInput, apiRoute } from './api-route.ts';
