import { jsonReply, type RouteRecord } from '../../http/index.ts';

/** distribution-spec v1.1.1, "Determining Support" (end-1), and what registry:2 answers beside the API. */
export function baseRoutes(): RouteRecord[] {
  const ping = async () => jsonReply(200, {});
  return [
    { name: 'base', method: 'GET', path: '/v2/', access: () => 'authenticated', handle: ping },
    {
      name: 'base.redirect',
      method: 'GET',
      path: '/v2',
      access: () => 'public',
      handle: async (call) => ({ status: 301, headers: { Location: call.url('/v2/') } }),
    },
    // Load balancers in front of a registry:2 ask here whether it is alive.
    {
      name: 'root',
      method: 'GET',
      path: '/',
      access: () => 'public',
      handle: async () => ({ status: 200, headers: { 'Cache-Control': 'no-cache' } }),
    },
  ];
}
