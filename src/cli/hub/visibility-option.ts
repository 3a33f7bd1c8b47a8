export const visibilityOption = { value: 'which', choices: ['public', 'private'] } as const;
