/**
 * PostgreSQL by `pg`. Full text is PostgreSQL's own; vector search reads the vectors and compares them here, since
 * pgvector is not everywhere: exact, and fine to about 100,000 passages.
 */
import { PostgresDialect, sql } from "kysely";
import { DatabaseError, Pool, types } from "pg";
import { type Backend, type Connection, type Hit, isPrefix, queryWords } from "../backend.ts";

const int8 = 20;
// serialization_failure and deadlock_detected: PostgreSQL's documentation, appendix A.
const conflicts: ReadonlySet<unknown> = new Set(["40001", "40P01"]);
// A hub that was stopped in the middle of a transaction holds its locks, the head of the event log among them, and with that every other
// hub on the store. Our transactions rest for milliseconds; after this the server rolls them back.
const restingMs = 10_000;

/** Connects to PostgreSQL at `url` (postgres://…). */
export function openPostgres(url: string): Backend {
  const pool = new Pool({
    connectionString: url,
    max: 8,
    idle_in_transaction_session_timeout: restingMs,
    // Our 64-bit columns hold counts and times, all below 2^53.
    types: { getTypeParser: (oid, format) => (oid === int8 ? Number : types.getTypeParser(oid, format)) },
  });
  pool.on("error", () => {
    // An idle connection was lost; the pool replaces it, and a query in flight reports its own error.
  });
  pool.on("connect", (client) => {
    client.on("error", () => {
      // One in use was lost: whoever uses it hears of that from the next query.
    });
  });
  return {
    engine: "postgres",
    dialect: new PostgresDialect({ pool }),
    behind: (db, work) =>
      db.transaction().execute(async (trx) => {
        await sql`set local synchronous_commit = off`.execute(trx);
        return work(trx);
      }),
    isConflict: (error) => error instanceof DatabaseError && conflicts.has(error.code),
    searchText,
    searchVector,
    close: async () => {
      if (!pool.ended) await pool.end();
    },
  };
}

async function searchText(connection: Connection, query: string, limit: number): Promise<readonly Hit[]> {
  const words = queryWords(query);
  if (words.length === 0) return [];
  const tsquery = words.map((word) => `'${word}'${isPrefix(word) ? ":*" : ""}`).join(" | ");
  const found = await sql<{ id: number; rank: number }>`
    select id, ts_rank(fts, to_tsquery('simple', ${tsquery})) as rank from passages
    where fts @@ to_tsquery('simple', ${tsquery}) order by rank desc, id limit ${limit}`.execute(connection);
  return found.rows.map((row) => ({ passage: row.id, score: row.rank }));
}

async function searchVector(connection: Connection, vector: Float32Array, limit: number): Promise<readonly Hit[]> {
  const rows = await connection.selectFrom("passages").select(["id", "vector"]).execute();
  const hits = rows.map((row) => ({ passage: row.id, score: dot(vector, row.vector) }));
  return hits.sort((a, b) => b.score - a.score).slice(0, limit);
}

function dot(a: Float32Array, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * view.getFloat32(i * 4, true);
  return sum;
}
