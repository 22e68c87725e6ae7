import Type from 'typebox';
import type { Permission } from '../../../shared/access/roles.ts';
import { scopesFor } from '../../../shared/access/scopes.ts';
import { longestBarcode } from '../../resources/barcodes.ts';
import type { Resource } from '../../resources/declaration.ts';
import { resources } from '../../resources/index.ts';

/** What can have a barcode, by InvenTree's word for it. */
export const kinds = new Map(
  resources.filter(({ barcodes }) => barcodes).map((resource) => [resource.name.replaceAll('_', ''), resource]),
);

/** The scopes that let a request about barcodes through, whatever they lead to. */
export const scopesOf = (permission: Permission): string[] => [
  ...new Set([...kinds.values()].flatMap(({ role }) => scopesFor(role, permission))),
];

/** A barcode as requests bring it. */
export const barcodeText = Type.String({ maxLength: longestBarcode, examples: ['LOT-2030-001'] });

/** Where a row is, as clients go on from a barcode. */
export const pathOf = (resource: Resource, id: number): string => `/api/${resource.rest[0]?.path}/${id}/`;
