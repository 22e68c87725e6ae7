import { serve } from './serve.ts';

// What most servers do: rows come as values, and are printed here.
serve((rows, one) => JSON.stringify(one ? rows[0] : rows));
