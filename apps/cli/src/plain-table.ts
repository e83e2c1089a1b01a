import Table from 'cli-table3';

/** Wider columns are wrapped: a table must fit a terminal. */
const WIDEST_COLUMN = 48;

/** Cells that are numbers, or say that there is none. */
const NUMBER = /^[\d.–-]*$/u;

/**
 * A table as text, without colours; columns of numbers stand to the right, long text is wrapped,
 * and without a head there is none.
 */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, column) => {
      const isNumeric = rows.length > 0 && rows.every((row) => NUMBER.test(row[column] ?? ''));
      return isNumeric ? 'right' : 'left';
    }),
  });
  table.push(...rows.map((row) => row.map(wrapped)));
  return table.toString();
}

/** The text in lines of at most the widest column, broken between words where there are any. */
function wrapped(text: string): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (longer.length <= WIDEST_COLUMN) {
        line = longer;
        continue;
      }
      if (line !== '') lines.push(line);
      line = word;
      for (; line.length > WIDEST_COLUMN; line = line.slice(WIDEST_COLUMN)) {
        lines.push(line.slice(0, WIDEST_COLUMN));
      }
    }
    lines.push(line);
  }
  return lines.join('\n');
}
