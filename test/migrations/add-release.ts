/**
 * Writes the database of a data root as SQL text, for a release that is about to be made:
 *
 *   node test/migrations/add-release.ts NAME ROOT      → test/migrations/releases/NAME.sql
 *
 * ROOT is of that release's program, stopped, with `buildImage({ seed: 1 })` pushed to `team/app` as `1.0` and `latest`
 * (src/testing), which is what the test looks for.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const [name, root] = process.argv.slice(2);
if (!name || !root) {
  process.stderr.write('Usage: node test/migrations/add-release.ts NAME ROOT\n');
  process.exit(2);
}
const db = new DatabaseSync(join(root, 'lading', 'lading.db'));
const schema = db
  .prepare(`SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'`)
  .all();
const lines = [`PRAGMA user_version = ${db.prepare('PRAGMA user_version').get()?.user_version};`];
lines.push(...schema.map(({ sql }) => `${sql};`));
for (const table of schema.filter(({ type }) => type === 'table')) {
  for (const row of db.prepare(`SELECT * FROM "${table.name}"`).all()) {
    lines.push(`INSERT INTO "${table.name}" VALUES (${Object.values(row).map(literal).join(', ')});`);
  }
}
db.close();
const file = join(import.meta.dirname, 'releases', `${name}.sql`);
writeFileSync(file, `${lines.join('\n')}\n`);
process.stdout.write(`${file}\n`);

function literal(value: unknown): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}
