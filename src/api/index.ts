export { type ApiContract, defineContract } from './contract.ts';
export { pageOf, pageQuery } from './page.ts';
