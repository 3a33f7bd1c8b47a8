import type { Account, Accounts } from '../accounts.ts';

/** Accounts in memory. `root` is an administrator. */
export interface FakeAccounts extends Accounts {
  add(name: string, kind?: Account['kind']): Account;
  change(name: string, change: Partial<Account>): void;
}

export function createFakeAccounts(): FakeAccounts {
  const byName = new Map<string, Account>();
  let lastId = 0;
  function add(name: string, kind: Account['kind'] = 'user'): Account {
    lastId += 1;
    const account = {
      id: lastId,
      name,
      kind,
      isAdministrator: name === 'root',
      isDisabled: false,
      createdAt: 0,
    };
    byName.set(name, account);
    return account;
  }
  const find = async (name: string) => byName.get(name);
  return {
    add,
    change(name, change) {
      const account = byName.get(name);
      if (account) byName.set(name, { ...account, ...change });
    },
    find,
    findIn: (_, name) => find(name),
    list: async (ids) => [...byName.values()].filter(({ id }) => ids.includes(id)),
    createOrganisation: async (_, { name }) => (byName.has(name) ? undefined : add(name, 'organisation')),
    async remove(_, id) {
      for (const [name, account] of byName) if (account.id === id) byName.delete(name);
    },
  };
}
