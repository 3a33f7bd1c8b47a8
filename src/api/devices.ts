import { z } from 'zod';
import { accountName } from './account-name.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';

const byName = z.strictObject({ name: accountName });
const time = z.iso.datetime();

const deviceSchema = z.object({
  id: z.uuid(),
  /** What the program calls itself, such as `docker`: its own word. */
  client: z.string().optional(),
  created_at: time,
  created_from: z.string(),
  last_used_at: time,
  last_used_from: z.string(),
  expires_at: time,
});

export const listDevices = defineContract({
  name: 'user.device.list',
  method: 'GET',
  path: '/api/v1/users/{name}/devices',
  summary: 'List where docker and others are logged in',
  description:
    'A device keeps a secret of its own after `docker login`; it expires 90 days after its last use.',
  params: byName,
  query: pageQuery,
  result: pageOf(deviceSchema),
});

export const logOutDevice = defineContract({
  name: 'user.device.delete',
  method: 'DELETE',
  path: '/api/v1/users/{name}/devices/{id}',
  summary: 'Log one device out',
  description: 'What it was given is refused from the next request on.',
  params: byName.extend({ id: z.uuid() }),
  status: 204,
});

export const logOutAllDevices = defineContract({
  name: 'user.device.delete-all',
  method: 'DELETE',
  path: '/api/v1/users/{name}/devices',
  summary: 'Log all devices out',
  params: byName,
  status: 204,
});
