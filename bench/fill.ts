import pg from 'pg';

/** So many hosts can be booked. */
export const bookableHosts = 10_000;

/**
 * Puts hosts and what they refer to into an empty database, generated there: at 100,000 the word «zeppelin» stands in 20
 * of them, and «router» in 20,000. Indexes that slow this down are made anew afterwards.
 */
export async function fillWithHosts(databaseUrl: string, hosts: number): Promise<void> {
  // Not through the pools: their statements may take a minute at most.
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; made: string }>(
      `SELECT indexname AS name, indexdef AS made FROM pg_indexes WHERE indexname = 'host_search'`,
    );
    for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
    await client.query(`
      INSERT INTO building (code) SELECT 'B' || n FROM generate_series(1, 5) AS n;
      INSERT INTO lab (name, building_id) SELECT 'Lab ' || n, n % 5 + 1 FROM generate_series(1, 20) AS n;
      INSERT INTO rack (number, lab_id) SELECT n, n % 20 + 1 FROM generate_series(1, 400) AS n;
      INSERT INTO hd_vendor (vendor) SELECT 'Maker ' || n FROM generate_series(1, 20) AS n;
      INSERT INTO host_hardware (name) SELECT 'Model ' || n FROM generate_series(1, 500) AS n;
    `);
    await client.query(
      `INSERT INTO host (hostname, ip, serial_no, asset_no, details, lastseen, status, diskvendor_id, hardware_id, rack_id)
         SELECT 'node' || lpad(n::text, 7, '0') || (ARRAY['.lab', '.office', '.cellar', '.roof', '.depot'])[n % 5 + 1],
           '10.0.0.0'::inet + n, 'SN' || substr(md5(n::text), 1, 12), 'A' || n,
           (ARRAY['oscilloscope', 'switch', 'router', 'database', 'builder'])[n * 7::bigint % 5 + 1]
             || CASE WHEN n % 5000 = 0 THEN ' zeppelin' ELSE '' END,
           now() - n % 1000 * interval '1 minute',
           (ARRAY['active', 'missing', 'retired', 'on_loan', 'unknown', 'offline', 'new'])[n % 7 + 1],
           n % 20 + 1, n % 500 + 1, n % 400 + 1
         FROM generate_series(1, $1::int) AS n`,
      [hosts],
    );
    await client.query(`INSERT INTO bookable (status, host_id) SELECT 'active', id FROM host ORDER BY id LIMIT $1`, [
      bookableHosts,
    ]);
    // What is over, as an installation has it: PostgreSQL plans for a table that is not empty.
    await client.query(`INSERT INTO booking (owner_id, bookable_id, start, "end", comment)
      SELECT u.id, b.id, now() - n * interval '2 days', now() - n * interval '2 days' + interval '1 day', 'Past'
      FROM bookable AS b, generate_series(1, 3) AS n, (SELECT min(id) AS id FROM users) AS u`);
    for (const { made } of rows) await client.query(made);
    // Neither its own reading nor the tidying up after it should fall into what is measured.
    await client.query('VACUUM ANALYZE');
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}
