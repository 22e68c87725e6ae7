/** A moment as the API prints it, in the installation's zone. */
export const moment = (column: string): string => `replace(to_json(${column})#>>'{}', '+00:00', 'Z')`;
