/** Why a file can not be imported, and where in it. Its message is one sentence for whoever runs the import. */
export class ImportProblem extends Error {
  override readonly name = 'ImportProblem';

  /** @param where such as `stock.stockitem 12, field quantity`, or a line and column */
  constructor(where: string, why: string) {
    super(`${where}: ${why}`);
  }
}
