export { accountName, accountNamePattern, robotName, robotNamePattern } from './account-name.ts';
export { type ApiContract, defineContract } from './contract.ts';
export { pageOf, pageQuery, queryList } from './page.ts';
export { PROBLEM_CODES, type ProblemCode } from './problem-codes.ts';
