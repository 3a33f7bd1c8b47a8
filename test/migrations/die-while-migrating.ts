/** Opens the database that it is given, and is gone after the last step of its migration, before the commit. */
import { migrations } from '../../src/app/migrations.ts';
import { openSqlite } from '../../src/db/index.ts';

const [file = ''] = process.argv.slice(2);
const last = {
  name: 'zzz-the-last',
  async up() {
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => {});
  },
};
await openSqlite({ file, migrations: [...migrations, last] });
