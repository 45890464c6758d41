// Products, and what people think of them. Ids sort by the time of their making, so lists page by id.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table products (
      id text collate "C" primary key,
      name text not null,
      description text,
      price_cents integer not null check (price_cents >= 0),
      created_at timestamptz not null default now()
    );

    create table reviews (
      id text collate "C" primary key,
      product_id text collate "C" not null references products,
      -- The user's id. Users live in the auth subgraph's database, so nothing can be referenced.
      author_id text not null check (length(author_id) <= 128),
      rating smallint not null check (rating between 1 and 5),
      body text not null,
      created_at timestamptz not null,
      hidden_at timestamptz,
      hidden_by text,
      hidden_reason text,
      unique (product_id, author_id)
    );
    create index reviews_by_product on reviews (product_id, id) where hidden_at is null;
    create index reviews_by_author on reviews (author_id, id) where hidden_at is null;
    create index reviews_hidden on reviews (id) where hidden_at is not null;
  `)
}
