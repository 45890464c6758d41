// What a person confirms their presence with beside password and mailbox, kept with the user so that tokens can say it without
// another look. Changed in the transactions that change factors.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table users add column further_methods text[] not null default '{}';
    update users set further_methods =
      case when exists (select from recovery_codes where user_id = users.id)
        then '{TOTP,RECOVERY_CODE}'::text[] else '{TOTP}'::text[] end
      where exists (select from factors where user_id = users.id and confirmed_at is not null)`)
}
