// Clients known by a document that an admin deleted: their documents bring them back no more. And look-ups that had no index.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table oauth_refused_documents (
      client_id text primary key,
      refused_at timestamptz not null default now()
    );
    create index revocations_by_ref on revocations (kind, ref);
    create index oauth_objects_of_flows on oauth_objects (expires_at)
      where model in ('Interaction', 'PushedAuthorizationRequest', 'ReplayDetection', 'Request')`)
}
