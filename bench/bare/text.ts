import { serve } from './serve.ts';

// PostgreSQL prints the JSON; it is passed on as it comes.
serve((rows) => String(rows[0]?.body));
