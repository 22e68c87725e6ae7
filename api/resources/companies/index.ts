import type { Resource } from '../declaration.ts';
import { company } from './company.ts';
import { contact } from './contact.ts';
import { manufacturerPart } from './manufacturer-part.ts';
import { supplierPart } from './supplier-part.ts';

/** Companies and what they call our parts, in the order in which the API root names them. */
export const companies: readonly Resource[] = [company, contact, manufacturerPart, supplierPart];
