import { z } from 'zod';
import { defineContract } from './contract.ts';

export const getOpenApi = defineContract({
  name: 'openapi.get',
  method: 'GET',
  path: '/api/v1/openapi.json',
  summary: 'This API as an OpenAPI 3.1 document',
  result: z.record(z.string(), z.unknown()),
});

export const getDocsPage = defineContract({
  name: 'docs.get',
  method: 'GET',
  path: '/api/v1/docs',
  summary: 'A page to read this API and to try it',
  mediaType: 'text/html; charset=utf-8',
});

export const getDocsFile = defineContract({
  name: 'docs.file.get',
  method: 'GET',
  path: '/api/v1/docs/{file}',
  summary: 'What the page is made of',
  params: z.strictObject({ file: z.enum(['docs.css', 'docs.js']) }),
  mediaType: 'text/plain',
});
