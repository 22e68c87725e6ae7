import type { Knex } from 'knex';

/**
 * Puts 100,000 hosts and as many parts into the database: 20 of each hold the word «zeppelin», 20,000 hosts are routers
 * and 20,000 parts resistors. Indexes that slow this down are made anew afterwards.
 */
export async function fillWithMany(knex: Knex): Promise<void> {
  const { rows } = await knex.raw<{ rows: { name: string; made: string }[] }>(
    `SELECT indexname AS name, indexdef AS made FROM pg_indexes WHERE indexname IN ('host_search', 'part_search')`,
  );
  const filling = knex.raw(`
    SET statement_timeout = 0;
    ${rows.map(({ name }) => `DROP INDEX ${name};`).join(' ')}
    INSERT INTO host_hardware (name) SELECT 'Model ' || n FROM generate_series(1, 500) AS n;
    INSERT INTO host (hostname, ip, serial_no, details, hardware_id)
      SELECT 'node' || lpad(n::text, 6, '0') || (ARRAY['.lab', '.office', '.cellar', '.roof', '.depot'])[n % 5 + 1],
        '10.0.0.0'::inet + n, 'SN' || substr(md5(n::text), 1, 12),
        (ARRAY['oscilloscope', 'switch', 'router', 'database', 'builder'])[n * 7 % 5 + 1]
          || CASE WHEN n % 5000 = 0 THEN ' zeppelin' ELSE '' END,
        (SELECT min(id) FROM host_hardware) + n % 500
      FROM generate_series(1, 100000) AS n;
    INSERT INTO part_category (name) SELECT 'Category ' || n FROM generate_series(1, 200) AS n;
    INSERT INTO part (ipn, name, description, keywords, category_id)
      SELECT 'IPN-' || lpad(n::text, 6, '0'),
        (ARRAY['Resistor', 'Capacitor', 'Inductor', 'Transistor', 'Diode'])[n % 5 + 1] || ' ' || n,
        'Package ' || n % 300 || CASE WHEN n % 5000 = 0 THEN ' zeppelin' ELSE '' END, md5(n::text),
        (SELECT min(id) FROM part_category) + n % 200
      FROM generate_series(1, 100000) AS n;
    ${rows.map(({ made }) => `${made};`).join(' ')}
    ANALYZE host_hardware, host, part_category, part;
    RESET statement_timeout;
  `);
  // It takes as long as it takes: the machine may be busy.
  await filling.options({ query_timeout: 600_000 });
  await knex.raw('VACUUM host, part');
}
