import { asvsV6 } from './asvs-v6.ts';
import { asvsV7 } from './asvs-v7.ts';
import { asvsV10 } from './asvs-v10.ts';
import type { Checklist } from './item.ts';
import { rfc9700 } from './rfc-9700.ts';

/** What checklists ask of a server like this one, what holds it, and which tests show that. */
export const register: readonly Checklist[] = [rfc9700, asvsV6, asvsV7, asvsV10];
